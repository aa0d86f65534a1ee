import { type DynamicModule, Inject, Module } from '@nestjs/common';
import type { ApiConfig } from './api-config';

export const configToken = Symbol('ApiConfig');

/** `@InjectConfig() config: ApiConfig` */
export const InjectConfig = (): ReturnType<typeof Inject> => Inject(configToken);

@Module({})
export class ConfigModule {
  static forRoot(config: ApiConfig): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: configToken, useValue: config }],
      exports: [configToken],
    };
  }
}
