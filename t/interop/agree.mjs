// Calls that are right, odd or wrong in all the ways that happen: the official
// packages of npm and the module have to agree on each, but for those that say
// why not.  Prints TAP.
//
//     node agree.mjs webhook_sign_cli
//
// agree/ has a file for each package, which says its calls when it is loaded.

import { end, start } from './peer.mjs';

start(process.argv[2]);

for (const name of ['standard', 'stripe', 'github', 'line', 'twilio']) {
    await import(`./agree/${name}.mjs`);
}

end();
