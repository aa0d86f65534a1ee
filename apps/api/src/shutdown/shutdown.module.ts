import { Global, Module } from '@nestjs/common';
import { Drain } from './drain';

/** Global: endless answers listen to `Drain.signal`. */
@Global()
@Module({ providers: [Drain], exports: [Drain] })
export class ShutdownModule {}
