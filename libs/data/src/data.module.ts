import { type DynamicModule, Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { IndexBuilder } from './index-builder';
import { models } from './models';
import { repositories } from './repositories';
import { SecretBox } from './secrets/secret-box';
import { parseSecretKeys } from './secrets/secret-keys';

export interface DataModuleOptions {
  /** `mongodb://...`; without a database name in it, `audience-relay` is used. */
  uri: string;
  /** SECRET_KEYS: `kid:base64`, separated by commas. */
  secretKeys: string;
  /** Instead of the name in the address. */
  dbName?: string;
}

function hasDatabaseName(uri: string): boolean {
  return /^mongodb(\+srv)?:\/\/[^/]+\/[^?]+/.test(uri);
}

/** The database: its connection, its models, and the repositories, which are all that others may use. */
@Module({})
export class DataModule {
  static forRoot({ uri, secretKeys, dbName }: DataModuleOptions): DynamicModule {
    const features = MongooseModule.forFeature(models);
    return {
      module: DataModule,
      global: true,
      imports: [
        MongooseModule.forRoot(uri, {
          dbName: dbName ?? (hasDatabaseName(uri) ? undefined : 'audience-relay'),
          // Indexes are made by IndexBuilder, before anything is served.
          autoIndex: false,
          autoCreate: false,
          serverSelectionTimeoutMS: 5_000,
          retryAttempts: 5,
          retryDelay: 1_000,
        }),
        features,
      ],
      providers: [
        IndexBuilder,
        { provide: SecretBox, useFactory: () => new SecretBox(parseSecretKeys(secretKeys)) },
        ...repositories,
      ],
      exports: [features, SecretBox, ...repositories],
    };
  }
}
