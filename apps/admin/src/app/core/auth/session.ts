import { computed, inject, Injectable, OnDestroy, signal } from '@angular/core';
import { Permission, permissionsOf } from '@audience-relay/contracts';
import { Api, login, logout, refresh, TokensDto, UserDto } from '@audience-relay/api-client';
import { problemOf } from '../http/problem';

/**
 * `starting` until it is known whether this browser is still signed in. `expired`: it was, and whoever signs in again
 * goes on where they were.
 */
export type SessionState = 'starting' | 'signed-out' | 'signed-in' | 'expired';

type Message = 'signed-in' | 'signed-out';

/** Whether somebody signed in with this browser: only then is it worth asking for a new access token. */
const signedInKey = 'audience-relay.signed-in';

/**
 * Who is signed in. The access token lives in memory only; a reload, and every 15 minutes, gets a new one by the
 * refresh cookie that scripts cannot read.
 */
@Injectable({ providedIn: 'root' })
export class Session implements OnDestroy {
  readonly #api = inject(Api);
  readonly #user = signal<UserDto | null>(null);
  readonly #state = signal<SessionState>('starting');
  readonly #otherTabs = new BroadcastChannel('audience-relay.session');
  #accessToken: string | null = null;
  #refreshing: Promise<boolean> | null = null;
  #whenKnown: ((signedIn: boolean) => void)[] = [];

  readonly #unreachable = signal(false);

  readonly user = this.#user.asReadonly();
  /** The API did not answer when it was asked last. */
  readonly unreachable = this.#unreachable.asReadonly();
  readonly state = this.#state.asReadonly();
  readonly #permissions = computed(() => {
    const user = this.#user();
    return new Set<Permission>(user ? permissionsOf(user.role) : []);
  });

  constructor() {
    this.#otherTabs.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data === 'signed-out') this.#end();
      else if (this.#state() !== 'signed-in') void this.renew();
    };
  }

  ngOnDestroy(): void {
    this.#otherTabs.close();
  }

  accessToken(): string | null {
    return this.#accessToken;
  }

  /** May the role do this at all? Rights on one export are said by the API (`canEdit`). */
  may(permission: Permission): boolean {
    return this.#permissions().has(permission);
  }

  async signIn(email: string, password: string): Promise<void> {
    this.#begin(await this.#api.invoke(login, { body: { email, password } }));
    this.#tell('signed-in');
  }

  /** Gets a new access token by the cookie. False: this browser is signed out. Several callers share one request. */
  renew(): Promise<boolean> {
    this.#refreshing ??= this.#inTurn(() => this.#renew()).finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  /** Ends the sign-in here, in the other tabs, and at the API. */
  async signOut(): Promise<void> {
    try {
      await this.#api.invoke(logout, { body: {} });
    } finally {
      this.#tell('signed-out');
      this.#end();
    }
  }

  /** While the session is expired: whether somebody has signed in again. */
  signedInAgain(): Promise<boolean> {
    if (this.#state() !== 'expired') return Promise.resolve(this.#state() === 'signed-in');
    return new Promise((resolve) => this.#whenKnown.push(resolve));
  }

  async #renew(): Promise<boolean> {
    if (localStorage.getItem(signedInKey) === null) {
      this.#end();
      return false;
    }
    try {
      this.#begin(await this.#api.invoke(refresh, { body: {} }));
      return true;
    } catch (error) {
      const { status } = problemOf(error);
      // Only a clear no ends the sign-in; an API that restarts must not throw people out.
      this.#unreachable.set(status !== 401 && status !== 403);
      if (this.#unreachable()) return false;
      if (this.#state() === 'signed-in') this.#expire();
      else if (this.#state() === 'starting') this.#end();
      return false;
    }
  }

  /** One tab at a time: the refresh token is good for one use, and using it twice ends the sign-in. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    // Browsers offer locks on secure origins only (https, localhost).
    const locks = navigator.locks as LockManager | undefined;
    return locks ? await locks.request('audience-relay.refresh', work) : await work();
  }

  /** The page stays, with everything that was typed. */
  #expire(): void {
    this.#accessToken = null;
    this.#state.set('expired');
  }

  #begin({ accessToken, user }: TokensDto): void {
    localStorage.setItem(signedInKey, 'yes');
    this.#accessToken = accessToken;
    this.#user.set(user);
    this.#state.set('signed-in');
    this.#tellWhoWaits(true);
  }

  #end(): void {
    localStorage.removeItem(signedInKey);
    this.#accessToken = null;
    this.#user.set(null);
    this.#state.set('signed-out');
    this.#tellWhoWaits(false);
  }

  #tellWhoWaits(signedIn: boolean): void {
    for (const resolve of this.#whenKnown.splice(0)) resolve(signedIn);
  }

  #tell(message: Message): void {
    this.#otherTabs.postMessage(message);
  }
}
