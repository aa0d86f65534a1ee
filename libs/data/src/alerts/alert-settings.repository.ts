import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, Types } from 'mongoose';
import { isDuplicateKey } from '../duplicate-key';
import { SecretBox } from '../secrets/secret-box';
import type { AlertSettingsRecord } from './alert-settings.schema';

/** The settings with their secrets in clear: for sending, and for nothing else. */
export interface OpenedAlertSettings {
  webhook: { url: string; signingSecret: string | null } | null;
  email: { baseUrl: string; apiKey: string; from: string; to: string[] } | null;
}

/** What a person sets. A secret that is absent keeps what is stored. */
export interface AlertSettingsChange {
  webhook: { url: string; signingSecret?: string | null } | null;
  email: { baseUrl: string; apiKey?: string; from: string; to: string[] } | null;
}

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

  /** @throws UnreadableSecretError when a key is missing from SECRET_KEYS. */
  async open(): Promise<OpenedAlertSettings> {
    const { webhook, email } = await this.read();
    return {
      webhook: webhook && {
        url: webhook.url,
        signingSecret: webhook.signingSecret && this.box.open(webhook.signingSecret, places.signingSecret),
      },
      email: email && { ...email, apiKey: this.box.open(email.apiKey, places.apiKey) },
    };
  }

  /** @returns `conflict` when another version is stored by now; `no-key` when e-mail has no key and never had. */
  async update(
    version: number,
    { webhook, email }: AlertSettingsChange,
    by: Types.ObjectId,
  ): Promise<AlertSettingsRecord | 'conflict' | 'no-key'> {
    const stored = await this.ensure();
    const apiKey = email?.apiKey
      ? this.box.seal(email.apiKey, places.apiKey)
      : (stored.email?.apiKey ?? null);
    if (email && !apiKey) return 'no-key';
    const signingSecret =
      webhook?.signingSecret === undefined
        ? (stored.webhook?.signingSecret ?? null)
        : webhook.signingSecret && this.box.seal(webhook.signingSecret, places.signingSecret);
    const updated = await this.settings
      .findOneAndUpdate(
        { _id: 'alerts', version },
        {
          $set: {
            webhook: webhook && { url: webhook.url, signingSecret },
            email: email && { baseUrl: email.baseUrl, from: email.from, to: email.to, apiKey },
            updatedAt: new Date(),
            updatedBy: by,
          },
          $inc: { version: 1 },
        },
        { returnDocument: 'after' },
      )
      .lean<AlertSettingsRecord>()
      .exec();
    return updated ?? 'conflict';
  }

  private async ensure(): Promise<AlertSettingsRecord> {
    try {
      await this.settings.insertOne(initial);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    return this.read();
  }
}
