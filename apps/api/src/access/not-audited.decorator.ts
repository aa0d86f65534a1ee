import { SetMetadata } from '@nestjs/common';

export const notAuditedKey = 'not-audited';

/** On an endpoint that is no GET but changes nothing: a test, a preview. */
export const NotAudited = (): MethodDecorator => SetMetadata(notAuditedKey, true);
