/** A mail address as it stands in a header. `address` is compared through `addressKey` only. */
export interface Address {
  address: string;
  name?: string;
}
