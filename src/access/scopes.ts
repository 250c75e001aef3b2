/** What an API key may do, within its one business. The admin key may do everything, everywhere. */
export const SCOPES = ['messages:write', 'records:write', 'drafts:read', 'drafts:create', 'drafts:review'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who acts. `name` goes into audit and reviews. */
export type Actor =
  | { kind: 'admin'; name: string }
  | {
      kind: 'key';
      name: string;
      keyId: string;
      businessId: string;
      scopes: readonly string[];
      /** Who holds the key, as they signed in to the pages; several people may share one. */
      person?: string;
    };
