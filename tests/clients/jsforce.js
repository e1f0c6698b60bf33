// SPDX-License-Identifier: LGPL-2.1-or-later
// What a script around jsforce does with a token that somebody else has fetched: jsforce.js CALL,
// which prints its result as JSON. The connection is from the environment.
'use strict';

const jsforce = require('jsforce');

const connection = new jsforce.Connection({
  instanceUrl: process.env.SF_INSTANCE_URL,
  accessToken: process.env.SF_ACCESS_TOKEN,
  version: '65.0',
});
const SOQL = 'SELECT Id, Name FROM Account';

const calls = {
  async query() {
    return (await connection.query(SOQL, {autoFetch: true, maxFetch: 1000})).records;
  },

  async soap() {
    return (await connection.soap.getUserInfo()).userName;
  },

  async bulk1() {
    connection.bulk.pollInterval = 10;
    return (await connection.bulk.query(SOQL)).toArray();
  },

  async bulk2() {
    connection.bulk2.pollInterval = 10;
    return (await connection.bulk2.query(SOQL)).toArray();
  },
};

calls[process.argv[2]]().then(
  result => process.stdout.write(JSON.stringify(result)),
  error => {
    process.stderr.write(`${error.errorCode || error.name}: ${error.message}\n`);
    process.exitCode = 1;
  },
);
