module.exports = require('../../tools/test/jest.angular.cjs')('libs/ui');
