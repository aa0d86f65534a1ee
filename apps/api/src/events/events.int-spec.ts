import { RunClaimsRepository, SegmentRepository, UserRepository } from '@audience-relay/data';
import { JwtService } from '@nestjs/jwt';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Types } from 'mongoose';
import type { ExportDto } from '../exports/export.dto';
import { type Audience, makeAudience } from '../exports/testing/audience';
import type { RunDto } from '../runs/run.dto';
import { accessTokenOptions } from '../auth/access-token';
import { startTestApi, type TestApi } from '../testing/test-api';

let api: TestApi;
let audience: Audience;
let connectionId: Types.ObjectId;

beforeAll(async () => {
  api = await startTestApi();
  audience = await makeAudience(api);
  connectionId = await audience.connect('Account', 'administrators');
});

afterAll(() => api.close());

interface Listening {
  response: Response;
  events: EventSourceMessage[];
  comments: string[];
  ended: Promise<void>;
  stop(): void;
}

async function listen(path = 'events', init: RequestInit = {}): Promise<Listening> {
  const stopping = new AbortController();
  const response = await api.viewer.fetch(path, { signal: stopping.signal, ...init });
  const events: EventSourceMessage[] = [];
  const comments: string[] = [];
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onComment: (comment) => comments.push(comment),
  });
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      parser.feed(decoder.decode(chunk, { stream: true }));
  };
  const ended = read().catch(() => undefined);
  return { response, events, comments, ended, stop: () => stopping.abort() };
}

async function until(condition: () => boolean, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error('It did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function startRun(): Promise<RunDto> {
  const { body } = await api.administrator.post<ExportDto>('exports', audience.exportOn(connectionId));
  return (await api.administrator.post<RunDto>(`exports/${body.id}/runs`)).body;
}

const statuses = (listening: Listening, runId: string) =>
  listening.events
    .filter(({ event }) => event === 'run')
    .map(({ data }) => JSON.parse(data) as RunDto)
    .filter(({ id }) => id === runId)
    .map(({ status }) => status);

it('tells each change of a run once, to everyone who listens', async () => {
  const [one, two] = await Promise.all([listen(), listen()]);
  expect(one.response.headers.get('content-type')).toContain('text/event-stream');
  expect(one.response.headers.get('cache-control')).toContain('no-transform');
  await until(() => one.comments.length > 0);

  const run = await startRun();
  await until(() => statuses(one, run.id).length === 1);
  const work = api.get(RunClaimsRepository);
  const claimed = await work.claim(run.id, 1, 'worker', 60_000);
  await until(() => statuses(one, run.id).includes('running'));
  const fence = { runId: run.id, epoch: claimed?.epoch ?? 0 };
  await work.end(fence, { status: 'succeeded', reason: null });
  await until(
    () => statuses(one, run.id).includes('succeeded') && statuses(two, run.id).includes('succeeded'),
  );
  expect(statuses(one, run.id)).toEqual(['queued', 'running', 'succeeded']);
  expect(statuses(two, run.id)).toEqual(['queued', 'running', 'succeeded']);
  const last = JSON.parse(one.events.at(-1)?.data ?? '') as RunDto;
  // What a caller may do is for the caller alone, so an event does not say it.
  const { permissions, ...read } = (await api.viewer.get<RunDto>(`runs/${run.id}`)).body;
  expect(permissions).toEqual(['run:read']);
  expect(last).toEqual(read);
  one.stop();
  two.stop();
});

it('tells of one run alone when asked', async () => {
  const wanted = await startRun();
  const listening = await listen(`events?runId=${wanted.id}`);
  const other = await startRun();
  await api.get(SegmentRepository).requestRefresh(audience.first);
  await api.administrator.post(`runs/${other.id}/cancel`);
  await api.administrator.post(`runs/${wanted.id}/cancel`);
  await until(() => statuses(listening, wanted.id).includes('cancelled'));
  expect(new Set(listening.events.map(({ data }) => (JSON.parse(data) as { id: string }).id))).toEqual(
    new Set([wanted.id]),
  );
  listening.stop();
  expect((await api.viewer.get('events?runId=none')).status).toBe(400);
});

it('tells of segments', async () => {
  const listening = await listen();
  await api.get(SegmentRepository).requestRefresh(audience.second);
  const ofSegment = () => listening.events.filter(({ event }) => event === 'segment');
  await until(() => ofSegment().some(({ data }) => data.includes(String(audience.second))));
  listening.stop();
});

it('needs a token, and ends with it', async () => {
  expect((await api.nobody.get('events')).status).toBe(401);
  const session = await api.database.collection('sessions').findOne({ userId: api.viewer.userId });
  const claims = { sub: api.viewer.userId?.toHexString(), sid: String(session?._id) };
  const { algorithm, issuer } = accessTokenOptions;
  const token = api.get(JwtService).sign(claims, { algorithm, issuer, expiresIn: 2 });
  const listening = await listen('events', { headers: { Authorization: `Bearer ${token}` } });
  expect(listening.response.status).toBe(200);
  await listening.ended;
  expect(listening.comments).toContain('connected');
});

it('refuses more open streams of one sign-in than it needs, and takes new ones when some were closed', async () => {
  const open = await Promise.all(Array.from({ length: 21 }, () => listen()));
  const answers = open.map(({ response }) => [response.status, response.headers.get('Retry-After')]);
  expect(answers.filter(([status]) => status === 200).length).toBeGreaterThan(10);
  expect(answers).toContainEqual([429, '15']);

  for (const stream of open) stream.stop();
  const retry = async (): Promise<number> => {
    const stream = await listen();
    stream.stop();
    return stream.response.status;
  };
  let status = await retry();
  for (const end = Date.now() + 10_000; status !== 200 && Date.now() < end;) status = await retry();
  expect(status).toBe(200);
});

it('ends when the application does', async () => {
  const second = await startTestApi();
  const response = await second.viewer.fetch('events');
  const text = response.text();
  expect(await second.get(UserRepository).isEmpty()).toBe(false);
  await second.close();
  expect(await text).toContain(': connected');
});
