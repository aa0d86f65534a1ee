import { UseInterceptors } from '@nestjs/common';
import { SharedReadInterceptor } from './shared-read.interceptor';

/**
 * For lists that many look at: requests that ask for the same are answered by one read. What the endpoint answers must
 * depend on the address and the caller's role only.
 */
export const SharedRead = (): MethodDecorator => UseInterceptors(SharedReadInterceptor);
