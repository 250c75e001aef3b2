/** One decision to make: a thread of a business, with what is known of that business. */
export interface Subject {
  businessId: string;
  threadId: string;
  enrolled: boolean;
  emailRagEnabled: boolean;
}

export const CONTROL_SHARE = 0.2;
export const ENROLLED = Array.from({ length: 50 }, (_, index) => `business-${index}`);

/** 100 businesses, half of them enrolled, one in ten of these switched off; a new thread each time. */
export function subjectOf(index: number): Subject {
  const business = index % 100;
  return {
    businessId: `business-${business}`,
    threadId: `thread-${index}`,
    enrolled: business < 50,
    emailRagEnabled: business % 10 !== 0,
  };
}

/** A Worker that decides `?n=` times and answers how often it was on: so that nothing can be optimised away. */
export function answerWith(isOn: (subject: Subject) => boolean | Promise<boolean>) {
  return {
    async fetch(request: Request): Promise<Response> {
      const count = Number(new URL(request.url).searchParams.get('n'));
      let on = 0;
      for (let index = 0; index < count; index++) {
        const decided = isOn(subjectOf(index));
        if (typeof decided === 'boolean' ? decided : await decided) on += 1;
      }
      return Response.json({ on });
    },
  };
}
