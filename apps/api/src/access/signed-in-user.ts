import type { Role } from '@audience-relay/contracts';
import type { Types } from 'mongoose';

/** Who makes the request: a person or an API key, as the database knows them now (at most a few seconds ago). */
export interface SignedInUser {
  id: Types.ObjectId;
  name: string;
  role: Role;
  isApiKey: boolean;
}

/** Someone who signed in with a password. Endpoints that need one are `personsOnly` in contracts, or `@SignedIn()`. */
export interface SignedInPerson extends SignedInUser {
  email: string;
  isApiKey: false;
  /** The sign-in that the access token came from. */
  sessionId: Types.ObjectId;
}
