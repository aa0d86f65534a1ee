import { databaseName, Migrator } from '@audience-relay/data';
import { Environment } from '@audience-relay/observability';
import { createConnection } from 'mongoose';

/** `--migrate [--status]`: brings the data up to this program without serving, or only says where it stands. */
export async function migrate(variables: NodeJS.ProcessEnv, statusOnly: boolean): Promise<void> {
  const environment = new Environment(variables);
  const uri = environment.url('MONGODB_URI', ['mongodb:', 'mongodb+srv:'], 'the address of the database');
  environment.check();
  const options = { dbName: databaseName(uri), autoIndex: false, serverSelectionTimeoutMS: 5_000 };
  const connection = await createConnection(uri, options).asPromise();
  try {
    const migrator = new Migrator(connection);
    if (!statusOnly) await migrator.run();
    const status = await migrator.status();
    const lines = status.map(({ number, name, state, finishedAt }) =>
      [String(number).padStart(4), state.padEnd(11), finishedAt?.toISOString() ?? '', name].join('  '),
    );
    const left = status.filter(({ state }) => state !== 'done').length;
    lines.push(`${status.length} migrations, ${left} not done.`);
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    await connection.close();
  }
}
