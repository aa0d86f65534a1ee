import { columnMeaning, isIdentifierColumn, keyOf, likeliestIdColumn } from './column-meaning';

describe('columns by their names', () => {
  it.each([
    ['E-Mail Address', 'email'],
    ['E-post', 'email'],
    ['epostadresse', 'email'],
    ['EMIAL', 'email'],
    ['first_name', 'firstName'],
    ['Fornavn', 'firstName'],
    ['Surname', 'lastName'],
    ['Etternavn', 'lastName'],
    ['Navn', 'fullName'],
    ['Statie', 'state'],
    ['State/Province', 'state'],
    ['Fylke', 'state'],
    ['Zip', 'postalCode'],
    ['ZIP Code', 'postalCode'],
    ['Postnr.', 'postalCode'],
    ['Poststed', 'city'],
    ['Country/Region', 'country'],
    ['Land', 'country'],
    ['Mobilnummer', 'phone'],
    ['Phone 2', 'phone'],
    ['Address', 'addressLine1'],
    ['Address 2', 'addressLine2'],
    ['Address Line 2', 'addressLine2'],
    ['Gateadresse', 'addressLine1'],
    ['Firma', 'company'],
    ['Nettside', 'website'],
    ['E-mail 1 - Value', 'email'],
    ['billing_email', 'email'],
    ['Default Address Zip', 'postalCode'],
    ['Default Address Address1', 'addressLine1'],
    ['Address 1 - Street', 'addressLine1'],
    ['Business Phone', 'phone'],
    ['E-Mail-Adresse', 'email'],
    ['Vorname', 'firstName'],
    ['Straße', 'addressLine1'],
    ['Prénom', 'firstName'],
    ['Nom', 'lastName'],
    ['Adresse e-mail', 'email'],
    ['Correo electrónico', 'email'],
    ['Apellidos', 'lastName'],
    ['Código postal', 'postalCode'],
    ['Förnamn', 'firstName'],
    ['Företag', 'company'],
  ])('%j is %s', (name, key) => {
    expect(columnMeaning(name)?.key).toBe(key);
  });

  it.each([
    'County',
    'Age',
    'Email opt-in',
    'Last order',
    'Statement',
    'Username',
    'Contact owner',
    'E-mail Type',
    '',
  ])('%j could be anything', (name) => {
    expect(columnMeaning(name)).toBeNull();
  });

  it.each([
    ['Favourite colour', 'favouriteColour'],
    ['Født år', 'fodtAr'],
    ['SKU', 'sku'],
    ['2nd visit', 'field2ndVisit'],
    ['客户', 'field'],
    ['$where', 'where'],
    ['__proto__', 'proto'],
    ['constructor', 'constructorField'],
    ['a.b', 'aB'],
  ])('the key of %j is %s', (name, key) => {
    expect(keyOf(name)).toBe(key);
  });

  it('prefers the plainest column of ids', () => {
    expect(likeliestIdColumn(['E-mail', 'Customer number', 'ID'])).toBe('ID');
    expect(likeliestIdColumn(['Kundenr.', 'Navn'])).toBe('Kundenr.');
    expect(likeliestIdColumn(['E-mail', 'City'])).toBeUndefined();
  });

  it('does not take identifiers for amounts', () => {
    expect(
      ['Order ID', 'orderId', 'customerid', 'Postnr', 'SKU', 'Campaign code', 'Konto', 'ZIP'].every(
        isIdentifierColumn,
      ),
    ).toBe(true);
    expect(
      ['Age', 'Orders', 'Total spent', 'Bid', 'COVID', 'Casino', 'Madrid'].some(isIdentifierColumn),
    ).toBe(false);
  });
});
