import { Global, Module } from '@nestjs/common';
import { CostlyReads } from './costly-reads';
import { RequestCoalescing } from './request-coalescing';

/** Global: every feature has lists. */
@Global()
@Module({ providers: [CostlyReads, RequestCoalescing], exports: [CostlyReads, RequestCoalescing] })
export class ListsModule {}
