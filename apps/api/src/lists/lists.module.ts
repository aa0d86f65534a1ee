import { Global, Module } from '@nestjs/common';
import { RequestCoalescing } from './request-coalescing';

/** Global: every feature has lists. */
@Global()
@Module({ providers: [RequestCoalescing], exports: [RequestCoalescing] })
export class ListsModule {}
