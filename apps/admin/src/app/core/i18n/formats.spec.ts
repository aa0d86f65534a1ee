import { TestBed } from '@angular/core/testing';
import { Formats } from './formats';
import { provideTexts } from './provide-texts';
import { Texts } from './texts';

describe('dates and numbers', () => {
  let texts: Texts;
  let formats: Formats;

  beforeEach(async () => {
    jest.useFakeTimers({ now: new Date('2026-05-17T12:00:00Z'), doNotFake: ['nextTick', 'queueMicrotask'] });
    TestBed.configureTestingModule({ providers: [provideTexts()] });
    texts = TestBed.inject(Texts);
    formats = TestBed.inject(Formats);
    await texts.use('en');
  });
  afterEach(() => jest.useRealTimers());

  it('should say how long ago in the largest unit that fits', () => {
    expect(formats.relative('2026-05-17T11:59:50Z')).toBe('now');
    expect(formats.relative('2026-05-17T11:57:00Z')).toBe('3 minutes ago');
    expect(formats.relative('2026-05-17T14:30:00Z')).toBe('in 2 hours');
    expect(formats.relative('2026-05-16T11:00:00Z')).toBe('yesterday');
  });

  it('should stay true as time goes by', () => {
    expect(formats.relative('2026-05-17T11:59:30Z')).toBe('now');
    jest.advanceTimersByTime(60_000);
    expect(formats.relative('2026-05-17T11:59:30Z')).toBe('1 minute ago');
  });

  it('should follow a switch of language', async () => {
    expect(formats.number(1234567)).toBe('1,234,567');
    await texts.use('nb');
    expect(formats.number(1234567)).toBe('1\u00a0234\u00a0567');
    expect(formats.relative('2026-05-17T11:57:00Z')).toBe('for 3 minutter siden');
  });

  it.each([
    [0.42, '0.4 secs'],
    [59, '59 secs'],
    [65, '1 min 5 secs'],
    [7_380, '2 hrs 3 mins'],
  ])('should say %d seconds as %s', (seconds, text) => expect(formats.seconds(seconds)).toBe(text));
});

describe('texts', () => {
  it('should have a form for one and for many, and no text for a code that nobody knows', async () => {
    TestBed.configureTestingModule({ providers: [provideTexts()] });
    const texts = TestBed.inject(Texts);
    await texts.use('en');
    expect(texts.n('picker.members', 1)).toBe('1 member');
    expect(texts.n('picker.members', 1500)).toBe('1,500 members');
    expect(texts.find('reasons.cancelled')).toContain('cancelled');
    expect(texts.find('reasons.never-heard-of')).toBeNull();
  });
});
