#!/usr/bin/perl

# webhookctl export and import: what was registered, and the audit.  They come
# back as they were, also if the import is run again.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Test::More;

use Webhook::Nginx qw(build_dir);
use Webhook::Test qw(temp_dir asan);


my $t = Webhook::Test->new(workers => 1);

$t->config(http => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;

    webhook_endpoint none {
        url    http://127.0.0.1:1/;
        events order.add;
    }
CONF

# the store is made, and nobody has it open

$t->start;
$t->stop;

my $ctl = build_dir() . (asan() ? '/asan' : '') . '/webhookctl';
my $store = $t->store;
my $dir = temp_dir('objects');

# what another store had

my @objects = (
    { kind => 'object', object => 'endpoint', id => 'ep_1', company => '1260',
      name => 'erp', by => 'manager', version => 7, removed => \0,
      created_ms => 1700000000001, updated_ms => 1700000000002,
      data_base64 => encode_base64("{\"url\": \"x\"}\0\xff", '') },
    { kind => 'object', object => 'receiver', id => 'rc_1', company => '',
      name => "\x{e9}rp", by => '', version => 1, removed => \0,
      created_ms => 1700000000003, updated_ms => 1700000000003,
      data_base64 => encode_base64('x' x 100_000, '') },
    { kind => 'object', object => 'endpoint', id => 'ep_2', company => '1260',
      name => '', by => 'manager', version => 3, removed => \1,
      created_ms => 1700000000004, updated_ms => 1700000000005 },
);

my @records = map { {
    kind => 'audit', number => $_ * 3, time_ms => 1700000000000 + $_,
    company => $_ % 2 ? '1260' : '', data => "{\"n\": $_}",
} } 1 .. 250;

my $json = JSON::PP->new->canonical->utf8;

sub import_lines
{
    open my $fh, '>', "$dir/lines" or die "$dir/lines: $!\n";
    print $fh map { $json->encode($_) . "\n" } @_;
    close $fh;

    return qx($ctl -s $store import --json < $dir/lines 2>&1);
}

sub exported
{
    my ($kind) = @_;

    # but for what the imports leave in the audit themselves

    return [map { $json->encode($_) }
            grep { $_->{kind} eq $kind
                   && ($_->{data} // '') !~ /"action":"import"/ }
            map { $json->decode($_) } split /\n/, qx($ctl -s $store export)];
}

my $told = import_lines(@objects, @records);

is $?, 0, 'imported';
like $told, qr/"objects":\s*3,\s*"records":\s*250,\s*"there":\s*0/,
     'all of it';

is_deeply exported('object'), [map { $json->encode($_) } @objects],
          'what was registered is as it was, in the same order';
is_deeply exported('audit'), [map { $json->encode($_) } @records],
          'the audit, too, with its numbers';

like import_lines(@objects, @records),
     qr/"objects":\s*0,\s*"records":\s*0,\s*"there":\s*253/,
     'once more, nothing changes';

is scalar @{ exported('audit') }, 250, 'indeed';

# a record that has another number here is known all the same, and two that say
# the same are two

my @low = ({ %{ $records[0] }, number => 1, data => '{"low": 1}' },
           map { { %{ $records[0] }, number => $_, data => '{"low": 2}' } } 2, 3);

like import_lines(@low), qr/"records":\s*3,\s*"there":\s*0/,
     'records whose numbers are taken';
like import_lines(@low, $low[1]), qr/"records":\s*1,\s*"there":\s*3/,
     'are known when they come again';
is scalar @{ exported('audit') }, 254, 'and are there once';

# the name of another

$told = import_lines({ %{ $objects[0] }, id => 'ep_3' });

isnt $? >> 8, 0, 'a name that is taken';
like $told, qr/line 1: another endpoint has the name "erp" here/, 'is told';

# what is no such line

for my $wrong (
    { object => 'page' }, { id => '' }, { name => '' }, { version => 0 },
    { data_base64 => '=' }, { company => 'x' x 65 }, { id => 'x' x 65 },
) {
    $told = import_lines({ %{ $objects[0] }, id => 'ep_4', name => 'four',
                           %$wrong });

    like $told, qr/"objects":\s*0,.*"failed":\s*1/s,
         join ' ', 'refused:', %$wrong;
}

for my $wrong ({ number => 0 }, { data => '' }, { company => 'x' x 65 },
               { data => 'x' x 16385 })
{
    $told = import_lines({ %{ $records[0] }, number => 1000, %$wrong });

    like $told, qr/"records":\s*0,.*"failed":\s*1/s,
         join ' ', 'refused:', (%$wrong)[0];
}

like qx($ctl -s $store check), qr/ 0 faults$/, 'the store is sound';

# what was registered is no orphan, whatever the configuration names

like qx($ctl -s $store export), qr/"kind": *"object"/, 'it is there';

done_testing;
