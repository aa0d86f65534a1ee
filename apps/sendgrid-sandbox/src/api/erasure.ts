import { LIMITS } from '../settings';
import { isEmail } from '../state/row-values';
import type { Endpoint } from './endpoint';
import { endpointName, jsonBody, stringArray } from './endpoint';
import { errorReply, refuse } from './reply';

const eraseRecipients: Endpoint = {
  method: 'POST',
  path: '/v3/recipients/erasejob',
  scope: 'recipients.erasejob.create',
  limit: 100,
  async handle(call) {
    const { sandbox } = call;
    if (call.body.length > LIMITS.erasureBytes) {
      refuse(400, 'the request should not be larger than 256 KB', 'email_addresses');
    }
    const emails = stringArray(jsonBody(call), 'email_addresses');
    if (emails.length === 0) refuse(400, 'at least one address is required', 'email_addresses');
    if (emails.length > LIMITS.erasureAddresses) {
      refuse(400, `email_addresses should not hold more than ${LIMITS.erasureAddresses}`, 'email_addresses');
    }
    const bad = emails.filter((email) => !isEmail(email));
    if (bad.length > 0) {
      const errors = bad.map((email) => ({
        message: `Email_address ${email} is not valid`,
        field: 'email_addresses',
      }));
      return errorReply(400, errors);
    }
    const unique = [...new Set(emails.map((email) => email.toLowerCase()))];
    const job_id = await sandbox.startJob({
      work: { kind: 'erase', emails: unique },
      requested: unique.length,
      endpoint: endpointName(eraseRecipients),
    });
    return { status: 202, json: { job_id } };
  },
};

export const erasureEndpoints: readonly Endpoint[] = [eraseRecipients];
