#
# The same as killed.t, with a journal: what a response waited for is in a file
# of a worker that is killed before the store has it, and is put into the store
# by those that are started next.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Test::Killed qw(killed);
use Webhook::Metrics;
use Webhook::Test qw(slurp wait_for);


killed(store => 'journal=4m', then => sub {
    my ($t) = @_;

    my $metrics = sub {
        return Webhook::Metrics->new($t->get('/metrics')->{body});
    };

    my $was = $metrics->()->value('ngx_webhook_journal_events_total');
    my $status = $t->post('/api/orders?n=last', '{}')->{status};

    is $status, 201, 'an event more';

    my $m = $metrics->();

    is $m->value('ngx_webhook_journal_events_total'), $was + 1,
       'was in the journal';
    cmp_ok $m->value('ngx_webhook_journal_appends_total'), '>', 0,
           'which was written to';
    is $m->value('ngx_webhook_journal_append_seconds_count'),
       $m->value('ngx_webhook_journal_appends_total'), 'which took its time';
    is $m->value('ngx_webhook_journal_unfit_total'), 0,
       'and no event was of a kind that is in none';

    my ($failed, $text) = $t->ctl('stats');

    like $text, qr/^journals   2 of [^,]+, [^,]+ in use$/m,
         'there is one of each worker';
    ok wait_for(sub {
        return $metrics->()->value('ngx_webhook_journal_size_bytes')
               == 2 * 4 * 1024 ** 2;
    }, 30), 'a metric has their size';
    ok wait_for(sub {
        return $metrics->()->value('ngx_webhook_journal_used_bytes') == 0;
    }, 30), 'and that all of it is in the store';

    ok wait_for(sub {
        my ($code, $out) = $t->ctl('list', '--state=pending', '--limit=1');

        return $out !~ /order\.add/;
    }, 30), 'and is sent';

    # What is purged is in no file of theirs any more.

    my ($event) = ($t->ctl('list', '--limit=1', '--json'))[1] =~
                  /"event": ?"([0-9a-f-]{36})"/;
    my $id = pack 'H*', $event =~ tr/-//dr;

    is in_journals($t, $id), 1, 'the last event is in a journal';
    is +($t->ctl('purge', '--yes', $event))[0], 0, 'it is purged';
    is in_journals($t, $id), 0, 'and is in none';

    # Nothing is left but for the journals of the workers that live.

    ok wait_for(sub { return journals($t) == 2 }, 30),
       'no journal is left of those that were killed';

    like $t->nginx->error_log, qr/\d+ events of a journal were written to the store/,
         'some events were only in a journal when their worker was killed';
});

done_testing;


# How many journals have these bytes.

sub in_journals
{
    my ($t, $bytes) = @_;

    return scalar grep { index(slurp($_), $bytes) >= 0 }
                  glob $t->store . '/journal.*';
}


sub journals
{
    my ($t) = @_;

    opendir my $dir, $t->store or die $t->store . ": $!\n";

    return scalar grep { /^journal\./ } readdir $dir;
}
