// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
//
// A script written for mpv with node-mpv: it starts the player itself, loads two films, and does what such scripts do.
// node node_mpv_client.js PROGRAM SOCKET FILM SECOND_FILM. Prints "ok" lines; exits with 1 at the first surprise.
'use strict';
const assert = require('assert');
const mpvAPI = require('node-mpv');

const [program, socket, film, secondFilm] = process.argv.slice(2);

function once(player, event) {
  return new Promise((resolve) => player.once(event, resolve));
}
const near = (a, b, by) => assert.ok(Math.abs(a - b) <= by, `${a} is not near ${b}`);

async function main() {
  const mpv = new mpvAPI({ binary: program, socket, auto_restart: false, time_update: 0.2 },
    ['--headless', '--no-config', '--no-dht', '--no-lsd', '--no-upnp']);
  const statuses = [];
  mpv.on('status', (status) => statuses.push(status.property));
  await mpv.start();
  console.log('ok started');
  assert.strictEqual(mpv.isRunning(), true);

  const started = once(mpv, 'started');
  await mpv.load(film);
  await started;
  console.log('ok loaded');
  near(await mpv.getDuration(), 12, 0.2);
  assert.strictEqual(await mpv.getFilename('stripped'), film.split('/').pop());
  assert.strictEqual(await mpv.getProperty('path'), film);

  await mpv.pause();
  assert.strictEqual(await mpv.isPaused(), true);
  // Not by its 'seek' event: for that node-mpv makes a connection when the seek has begun, and hears no end of a short one.
  await mpv.goToPosition(5);
  near(await mpv.getTimePosition(), 5, 0.05);
  await mpv.seek(2);
  near(await mpv.getTimePosition(), 7, 0.05);
  near(await mpv.getPercentPosition(), 58, 2);
  near(await mpv.getTimeRemaining(), 5, 0.2);
  console.log('ok seeks');

  await mpv.volume(40);
  assert.strictEqual(await mpv.getProperty('volume'), 40);
  await mpv.adjustVolume(5);
  assert.strictEqual(await mpv.getProperty('volume'), 45);
  await mpv.mute(true);
  assert.strictEqual(await mpv.isMuted(), true);
  await mpv.speed(1.5);
  assert.strictEqual(await mpv.getProperty('speed'), 1.5);
  console.log('ok properties');

  const positions = [];
  mpv.on('timeposition', (position) => positions.push(position));
  await mpv.resume();
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.ok(positions.length >= 2, 'timeposition events');
  assert.ok(positions[positions.length - 1] > positions[0], 'time moves');
  console.log('ok plays');

  await mpv.append(secondFilm);
  assert.strictEqual(await mpv.getPlaylistSize(), 2);
  await mpv.next();
  assert.strictEqual(await mpv.getFilename('stripped'), secondFilm.split('/').pop());
  assert.strictEqual(await mpv.getPlaylistPosition(), 1);
  console.log('ok playlist');

  await assert.rejects(mpv.getProperty('no-such-property'));
  await mpv.stop();
  await mpv.quit();
  assert.ok(statuses.includes('pause') && statuses.includes('volume'), `seen: ${statuses}`);
  console.log('ok quit');
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
