module.exports = require('../../tools/test/jest.angular.cjs')('apps/admin');
