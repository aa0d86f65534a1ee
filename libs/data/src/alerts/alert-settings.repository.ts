import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, Types } from 'mongoose';
import { isDuplicateKey } from '../duplicate-key';
import { type SealedSecret, SecretBox, UnreadableSecretError } from '../secrets/secret-box';
import type { AlertSettingsRecord } from './alert-settings.schema';
import { type WriteResult, writeResult } from '../write-result';

/** The settings with their secrets in clear: for sending, and for nothing else. */
export interface AlertSettings {
  webhook: { url: string; signingSecret: string | null } | null;
  email: { baseUrl: string; apiKey: string; from: string; to: string[] } | null;
}

/** As stored. A way whose secret cannot be decrypted any more has the secret empty, and `unreadable` says why. */
export interface OpenedAlertSettings extends AlertSettings {
  unreadable: UnreadableAlertSecrets;
  version: number;
}

/** For a person: why the secret of a way cannot be decrypted, and what to do. */
export type UnreadableAlertSecrets = Partial<Record<'webhook' | 'email', string>>;

const initial: AlertSettingsRecord = {
  _id: 'alerts',
  webhook: null,
  email: null,
  updatedAt: null,
  updatedBy: null,
  version: 1,
};

const places = { signingSecret: 'alerts:signingSecret', apiKey: 'alerts:apiKey' } as const;

@Injectable()
export class AlertSettingsRepository {
  constructor(
    @InjectModel('AlertSettings') private readonly settings: Model<AlertSettingsRecord>,
    private readonly box: SecretBox,
  ) {}

  async read(): Promise<AlertSettingsRecord> {
    const stored = await this.settings.findById('alerts').lean<AlertSettingsRecord>().exec();
    return stored ?? initial;
  }

  /** Secrets sealed with an old key are sealed anew on the way. */
  async open(): Promise<OpenedAlertSettings> {
    const stored = await this.read();
    const { webhook, email, version } = stored;
    const { signingSecret, apiKey, unreadable } = this.reveal(stored);
    const renewed = {
      ...(signingSecret && this.isOld(webhook?.signingSecret)
        ? { 'webhook.signingSecret': this.box.seal(signingSecret, places.signingSecret) }
        : {}),
      ...(apiKey && this.isOld(email?.apiKey)
        ? { 'email.apiKey': this.box.seal(apiKey, places.apiKey) }
        : {}),
    };
    if (Object.keys(renewed).length > 0)
      await this.settings.updateOne({ _id: 'alerts', version }, { $set: renewed }).exec();
    return {
      webhook: webhook && { url: webhook.url, signingSecret: signingSecret || null },
      email: email && { ...email, apiKey },
      unreadable,
      version,
    };
  }

  /** Which secrets cannot be decrypted: their key is lost. */
  findUnreadable(stored: AlertSettingsRecord): UnreadableAlertSecrets {
    return this.reveal(stored).unreadable;
  }

  /** Whether a secret is sealed with an old key. */
  async isDueForSealing(): Promise<boolean> {
    const { webhook, email } = await this.read();
    return this.isOld(webhook?.signingSecret) || this.isOld(email?.apiKey);
  }

  async update(
    version: number,
    { webhook, email }: AlertSettings,
    by: Types.ObjectId,
  ): Promise<WriteResult<AlertSettingsRecord>> {
    await this.ensure();
    const signingSecret = webhook?.signingSecret
      ? this.box.seal(webhook.signingSecret, places.signingSecret)
      : null;
    return writeResult(() =>
      this.settings
        .findOneAndUpdate(
          { _id: 'alerts', version },
          {
            $set: {
              webhook: webhook && { url: webhook.url, signingSecret },
              email: email && { ...email, apiKey: this.box.seal(email.apiKey, places.apiKey) },
              updatedAt: new Date(),
              updatedBy: by,
            },
            $inc: { version: 1 },
          },
          { returnDocument: 'after' },
        )
        .lean<AlertSettingsRecord>()
        .exec(),
    );
  }

  private reveal({ webhook, email }: AlertSettingsRecord): {
    signingSecret: string;
    apiKey: string;
    unreadable: UnreadableAlertSecrets;
  } {
    const unreadable: UnreadableAlertSecrets = {};
    const open = (
      way: 'webhook' | 'email',
      sealed: SealedSecret | null | undefined,
      place: string,
    ): string => {
      if (!sealed) return '';
      try {
        return this.box.open(sealed, place);
      } catch (error) {
        if (!(error instanceof UnreadableSecretError)) throw error;
        unreadable[way] = error.message;
        return '';
      }
    };
    const signingSecret = open('webhook', webhook?.signingSecret, places.signingSecret);
    return { signingSecret, apiKey: open('email', email?.apiKey, places.apiKey), unreadable };
  }

  private isOld(sealed: SealedSecret | null | undefined): boolean {
    return sealed !== null && sealed !== undefined && sealed.kid !== this.box.currentKid;
  }

  private async ensure(): Promise<void> {
    try {
      await this.settings.insertOne(initial);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }
}
