import { Global, Module } from '@nestjs/common';
import { CostlyReads } from './costly-reads';
import { SharedReads } from './shared-reads';

/** Global: every feature has lists. */
@Global()
@Module({ providers: [CostlyReads, SharedReads], exports: [CostlyReads, SharedReads] })
export class ListsModule {}
