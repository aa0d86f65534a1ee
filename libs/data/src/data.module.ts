import { type DynamicModule, Module } from '@nestjs/common';
import { getConnectionToken, getModelToken, MongooseModule } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { buildIndexes } from './build-indexes';
import { Migrator } from './migrations/migrator';
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

/** The name of the database where the address has none. */
export function databaseName(uri: string): string | undefined {
  return /^mongodb(\+srv)?:\/\/[^/]+\/[^?]+/.test(uri) ? undefined : 'audience-relay';
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
          dbName: dbName ?? databaseName(uri),
          // Indexes are made below, before anything is served.
          autoIndex: false,
          autoCreate: false,
          serverSelectionTimeoutMS: 5_000,
          retryAttempts: 5,
          retryDelay: 1_000,
        }),
        features,
      ],
      providers: [
        {
          // A provider that is awaited, not a hook: queues take jobs in hooks of other modules.
          provide: 'PREPARED_DATABASE',
          inject: [getConnectionToken(), ...models.map(({ name }) => getModelToken(name))],
          useFactory: async (connection: Connection): Promise<true> => {
            await new Migrator(connection).run();
            await buildIndexes(connection);
            return true;
          },
        },
        { provide: SecretBox, useFactory: () => new SecretBox(parseSecretKeys(secretKeys)) },
        ...repositories,
      ],
      exports: [features, SecretBox, ...repositories],
    };
  }
}
