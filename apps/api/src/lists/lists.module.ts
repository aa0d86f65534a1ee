import { Global, Module } from '@nestjs/common';
import { SharedReads } from './shared-reads';

/** Global: every feature has lists. */
@Global()
@Module({ providers: [SharedReads], exports: [SharedReads] })
export class ListsModule {}
