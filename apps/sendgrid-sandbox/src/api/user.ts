import type { Endpoint } from './endpoint';

/** The account behind every key of the sandbox. */
const PROFILE = {
  address: 'Storgata 1',
  address2: '',
  city: 'Oslo',
  company: 'Sandbox Company',
  country: 'NO',
  first_name: 'Sandbox',
  last_name: 'Owner',
  phone: '+47 22 00 00 00',
  state: 'Oslo',
  website: 'http://sandbox.example',
  zip: '0155',
};

function userEndpoint(name: string, json: unknown): Endpoint {
  return {
    method: 'GET',
    path: `/v3/user/${name}`,
    scope: `user.${name}.read`,
    limit: 600,
    reset: 'epoch',
    handle: () => ({ status: 200, json }),
  };
}

export const userEndpoints: readonly Endpoint[] = [
  userEndpoint('account', { type: 'paid', reputation: 100 }),
  userEndpoint('email', { email: 'owner@sandbox.example' }),
  userEndpoint('profile', PROFILE),
  userEndpoint('username', { username: 'sandbox', user_id: 1 }),
];
