import type { Role } from '@audience-relay/contracts';
import type { Types } from 'mongoose';

/** Who makes the request, as the database knows the person now (at most a few seconds ago). */
export interface SignedInUser {
  id: Types.ObjectId;
  email: string;
  name: string;
  role: Role;
  /** The sign-in that the access token came from. */
  sessionId: Types.ObjectId;
}
