#!/usr/bin/perl

# webhookctl export and import: a store that was set aside, here one of format
# 1, is read as a file, and what is in it is brought into the store that took
# its place.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use Test::More;

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

my $ctl = Webhook::Nginx::build_dir() . (asan() ? '/asan' : '')
          . '/webhookctl';
my $dir = temp_dir();
my $file = "$dir/data.mdb.damaged-20260101T000000Z-0";

chmod 0700, $dir;
is system("gzip -dc t/data/store-1.mdb.gz > $file"), 0,
   'a store of format 1';

sub lines
{
    return grep { $_->{kind} eq 'delivery' }
           map { JSON::PP::decode_json($_) } split /\n/, join '', @_;
}

# What a delivery is, whatever the id of its event; what was being sent waits.

sub same
{
    my ($d) = @_;

    my $state = $d->{state} eq 'sending' ? 'pending' : $d->{state};

    return join ' ', $d->{webhook_id}, $state, $d->{sends}, $d->{time_ms},
                     scalar @{ $d->{attempts} }, length $d->{body},
                     substr($d->{body}, 0, 100),
                     $d->{order_key} // '-', $d->{blocks} ? 'blocks' : '-',
                     map { ref $_ ? $_->{body} : $_ }
                     @{ $d->{done} || [] }, "|",
                     @{ $d->{next} || [] };
}

my $export = qx($ctl -s $file export);

is $?, 0, 'the file is exported';

my @old = lines($export);

is scalar @old, 48, 'all of it';

open my $fh, '>', "$dir/export" or die "$dir/export: $!\n";
print $fh $export;
close $fh;

my $store = $t->store;

like qx($ctl -s $store import < $dir/export 2>&1),
     qr/^42 events, 6 calls and 3 repeats are imported, 0 were there /,
     'it is imported';

my @new = lines(qx($ctl -s $store export));

is_deeply [sort map { same($_) } @new], [sort map { same($_) } @old],
          'every delivery is there, as it was';

is scalar(grep { $_->{event} !~ /^.{14}7/ } @new), 0,
   'and has an id that tells the time';

like qx($ctl -s $store check), qr/ 0 faults$/, 'the store is sound';

like qx($ctl -s $store import < $dir/export 2>&1),
     qr/^0 events, 0 calls and 0 repeats are imported, 51 were there /,
     'once more, nothing changes';

is scalar(lines(qx($ctl -s $store export))), 48, 'indeed';

# events and calls of a company are its own in the store they come to, too

my @whose = grep { $_->{kind} =~ /^(delivery|call)$/ }
            map { JSON::PP::decode_json($_) } split /\n/, $export;

my ($event) = grep { $_->{kind} eq 'delivery' && $_->{state} eq 'dead' } @whose;
my ($call) = grep { $_->{kind} eq 'call' } @whose;

substr $event->{event}, -4, 4, 'c0de';
substr $call->{id}, -4, 4, 'c0de';

$_->{company} = '1260' for $event, $call;

open $fh, '>', "$dir/export" or die "$dir/export: $!\n";
print $fh JSON::PP::encode_json($_), "\n" for $event, $call;
close $fh;

like qx($ctl -s $store import < $dir/export 2>&1),
     qr/^1 event, 1 call and 0 repeats are imported/, 'those of a company';

is_deeply [map { $_->{company} } grep { ($_->{event} // $_->{id}) =~ /c0de$/ }
           map { JSON::PP::decode_json($_) }
           split /\n/, qx($ctl -s $store export)],
          ['1260', '1260'], 'stay its own';

open $fh, '>', "$dir/export" or die "$dir/export: $!\n";
print $fh "no line of it\n{\"event\":\"7\"}\n";
close $fh;

like qx($ctl -s $store import < $dir/export 2>&1),
     qr/line 1 is not one that export writes.*2 could not be taken/s,
     'what is no export is refused';
isnt $? >> 8, 0, 'with a status that tells';

done_testing;
