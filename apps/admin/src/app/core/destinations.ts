import { inject, Injectable } from '@angular/core';
import { Api, DestinationDto, listDestinations } from '@audience-relay/api-client';
import { Loaded } from './http/loaded';

/** What can be connected to. Fixed while the API runs, so asked once. */
@Injectable({ providedIn: 'root' })
export class Destinations {
  readonly #api = inject(Api);
  readonly #all = new Loaded({ loader: async () => (await this.#api.invoke(listDestinations)).items });

  /** Empty until they have come. */
  all(): readonly DestinationDto[] {
    return this.#all.value() ?? [];
  }

  find(key: string): DestinationDto | undefined {
    return this.all().find((destination) => destination.key === key);
  }

  /** For people; the key until the name is known. */
  name(key: string): string {
    return this.find(key)?.name ?? key;
  }
}
