#
# The module's own events: who gets them, what they say, and how many there are.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use Test::More;

use Webhook::Metrics;
use Webhook::Test qw(wait_for slurp);


my $t = Webhook::Test->new(workers => 3);

$t->backend(api => <<'CONF');
    location / {
        return 500;
    }
    location = /api/fill {
        return 200 '{}';
    }
CONF

my $hook = $t->endpoint(name => 'hook', answers => {
    '/dead'     => [404],
    '/gone'     => [410],
    '/failing'  => [500],
    '/deaf'     => [404],
});

sub config
{
    my ($more) = @_;

    return $t->config(http => <<"CONF" . <<'CONF1', server => <<'CONF2');
    $more
CONF
    webhook_store %%STORE%% size=16m warn=20%;
    webhook_event_type a.dead;
    webhook_event_type a.gone;
    webhook_event_type a.failing;
    webhook_event_type a.fill;

    webhook_endpoint alarm {
        url    http://127.0.0.1:%%PORT_hook%%/alarm;
        events webhook.*;
        header X-Kind ${event.type};
    }
    webhook_endpoint other {
        url    http://127.0.0.1:%%PORT_hook%%/other;
        events webhook.endpoint.paused;
        filter "data.endpoint.name == alarm";
    }
    webhook_endpoint all {
        url    http://127.0.0.1:%%PORT_hook%%/all;
        events *;
    }
    webhook_endpoint deaf {
        url    http://127.0.0.1:%%PORT_hook%%/deaf;
        events webhook.delivery.dead;
        retry  attempts=1;
    }
    webhook_endpoint dead {
        url    http://127.0.0.1:%%PORT_hook%%/dead;
        events a.dead;
        retry  attempts=1;
    }
    webhook_endpoint gone {
        url    http://127.0.0.1:%%PORT_hook%%/gone;
        events a.gone;
        retry  attempts=1;
    }
    webhook_endpoint failing {
        url    http://127.0.0.1:%%PORT_hook%%/failing;
        events a.failing;
        retry  attempts=100 first=50ms factor=1 disable_after=500ms;
    }
    webhook_receiver in {
        secret in-0123456789-abcdefghij;
        action POST /pos/x '{}';
    }
CONF1
    location /api/ {
        webhook_event a.dead    POST ^/api/dead$;
        webhook_event a.gone    POST ^/api/gone$;
        webhook_event a.failing POST ^/api/failing$;
        return 200 '{}';
    }
    location = /api/fill {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event a.fill POST ^/api/fill$ payload=request;
    }
    location = /metrics { webhook_metrics; }
    location ^~ /hook/ { webhook_receive; }
    location /pos/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
CONF2
}

config('');

$t->start;

my $schema = JSON::PP->new->decode(slurp('docs/own-events.schema.json'));
my $json = JSON::PP->new;

sub sent { return grep { $_->{path} eq $_[0] } @{ $hook->requests }; }

# The events of a type that came to a path.
sub events
{
    my ($path, $type) = @_;

    return map { $json->decode($_->{body}) }
           grep { $_->{headers}{'tc-webhook-event'} eq $type } sent($path);
}

sub wait_event
{
    my ($type) = @_;

    ok wait_for(sub { return scalar(() = events('/alarm', $type)) }, 30),
       "$type comes";

    my ($event) = events('/alarm', $type);

    valid($event, $schema->{'$defs'}{$type}, $type);

    return $event;
}

# What the schemas say: required members, types.
sub valid
{
    my ($value, $s, $at) = @_;

    if ($s->{'$ref'}) {
        $s = $schema->{'$defs'}{ $s->{'$ref'} =~ s{.*/}{}r };
    }

    my $is = !defined $value ? 'null' : ref $value eq 'HASH' ? 'object'
             : $json->allow_nonref->encode($value) =~ /^-?\d+$/ ? 'integer'
             : 'string';
    my @types = ref $s->{type} ? @{ $s->{type} } : $s->{type};

    ok((grep { $_ eq $is } @types), "$at is of its type") or diag $is;

    return if $is ne 'object';

    for my $name (@{ $s->{required} }) {
        ok exists $value->{$name}, "$at has $name";
    }

    for my $name (keys %$value) {
        my $member = $s->{properties}{$name};

        ok $member, "$at.$name is in the schema" or next;
        valid($value->{$name}, $member, "$at.$name");
    }

    return;
}


# Dead deliveries: one event for many of them, and none about itself.

$t->post('/api/dead', '{}') for 1 .. 20;

my $event = wait_event('webhook.delivery.dead');

is_deeply $event->{endpoint}, { id => 'dead', name => 'dead',
                                company => undef }, 'whose it is';
is $event->{type}, 'a.dead', 'of which type';
is $event->{sends}, 1, 'sends';
is $event->{status}, 404, 'status';
like $event->{event}, qr/^[0-9a-f]{8}-[0-9a-f-]{27}$/, 'which one';

my ($request) = grep { $_->{headers}{'tc-webhook-event'} eq
                       'webhook.delivery.dead' } sent('/alarm');

is $request->{headers}{'x-kind'}, 'webhook.delivery.dead',
   'templates know the event';

ok wait_for(sub { return scalar(() = sent('/deaf')) }, 20),
   'an endpoint that takes none of them gets it';


# A call that failed.

$t->request('POST', '/hook/in-0123456789-abcdefghij', '{}',
            headers => ['Content-Type' => 'application/json']) for 1 .. 3;

$event = wait_event('webhook.receiver.failed');

is $event->{receiver}{name}, 'in', 'the receiver';
cmp_ok $event->{status}, '>=', 500, 'its status';


# An endpoint that asks to be left alone.

$t->post('/api/gone', '{}');

$event = wait_event('webhook.endpoint.paused');

is $event->{endpoint}{id}, 'gone', 'the endpoint that answered 410';
like $event->{reason}, qr/410/, 'and why';

# By webhookctl, which nginx sees a little later.

ok wait_for(sub {
    return Webhook::Metrics->new($t->get('/metrics')->{body})
           ->value('ngx_webhook_endpoint_paused', endpoint => 'gone');
}, 30), 'nginx has seen it paused';

is +($t->ctl('resume', 'gone'))[0], 0, 'resume';

$event = wait_event('webhook.endpoint.resumed');

is $event->{endpoint}{id}, 'gone', 'it is resumed';

# About the one that listens: others hear of it.

is +($t->ctl('pause', 'alarm'))[0], 0, 'pause';

ok wait_for(sub { return scalar(() = sent('/other')) }, 30),
   'another endpoint hears of the pause of one that listens';

is +($t->ctl('resume', 'alarm'))[0], 0, 'resume';

is scalar(grep { $_->{endpoint}{id} eq 'alarm' }
          events('/alarm', 'webhook.endpoint.paused')), 0,
   'which itself does not';


# One that fails for long.

$t->post('/api/failing', '{}');

$event = wait_event('webhook.endpoint.disabled');

is $event->{endpoint}{id}, 'failing', 'the endpoint that failed';

my $paused = (sent('/failing'));

like +($t->ctl('stats'))[1], qr/failing.*paused/s, 'it is paused';

is scalar(grep { $_->{endpoint}{id} eq 'failing' }
          events('/alarm', 'webhook.endpoint.paused')), 0,
   'that is no other pause';


# The store fills.

for (1 .. 40) {
    $t->request('POST', '/api/fill', '{"x": "' . 'x' x 200_000 . '"}',
                headers => ['Content-Type' => 'application/json']);
}

$event = wait_event('webhook.store.high');

cmp_ok $event->{used}, '>', 0.2 * $event->{size} - 1, 'so much is in use';


# Workers that come with a reload do not tell of it again: by the time that they
# know the new endpoint they have looked at the store, too.

$hook->wait_quiet(1);

sub committed
{
    return Webhook::Metrics->new($t->get('/metrics')->{body})
           ->value('ngx_webhook_events_committed_total');
}

my $committed = committed();

config('webhook_endpoint later { url http://127.0.0.1:%%PORT_hook%%/later; }');

ok $t->reload, 'a reload';

ok wait_for(sub {
    return defined Webhook::Metrics->new($t->get('/metrics')->{body})
                   ->value('ngx_webhook_endpoint_paused', endpoint => 'later');
}, 30), 'a new worker has looked';

is committed(), $committed, 'and told nothing that was known';
is +Webhook::Metrics->new($t->get('/metrics')->{body})
   ->value('ngx_webhook_store_filling'), 1, 'which metrics tell, too';


# One a minute, over all workers; none about one of them.

$hook->wait_quiet(1);

my %count;

for my $request (sent('/alarm')) {
    my $data = $json->decode($request->{body});
    my $who = $data->{endpoint} // $data->{receiver} // { id => 'store' };

    $count{"$request->{headers}{'tc-webhook-event'} $who->{id}"}++;
}

is_deeply [grep { $count{$_} > 1 } sort keys %count], [],
          'each but once in a minute';

is scalar(grep { $_->{endpoint}{id} eq 'deaf' }
          events('/alarm', 'webhook.delivery.dead')), 0,
   'none about a delivery of one of them';

is scalar(grep { $_->{headers}{'tc-webhook-event'} =~ /^webhook\./ }
          sent('/all')), 0, '"*" does not ask for them';

$t->stop;
$t->ok_logs;

done_testing;
