#!/usr/bin/perl

# The words of webhookctl: what it takes and refuses, help, version; the manual
# page, the reference and the completions, which are made from the same table.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Test qw(slurp temp_dir asan);


my $root = '.';
my $program = Webhook::Nginx::build_dir() . (asan() ? '/asan' : '')
              . '/webhookctl';
my $t = Webhook::Test->new;

sub ctl { return $t->run($program, @_) }

sub ok_ctl
{
    my ($status, $out, $err) = ctl(@_);

    is $status, 0, "@_" or diag $err;
    is $err, '', "@_: no word of error";

    return $out;
}


# --- help and version

my $help = ok_ctl('help');

is ok_ctl('--help'), $help, '--help is the same';
like ok_ctl('--version'), qr/^webhookctl \d+\.\d+\.\d+ \(store format \d+\)$/,
     '--version';
is ok_ctl('-V'), ok_ctl('--version'), '-V';

my ($list) = $help =~ /^Commands:\n(.*?)\n\n/ms;
my @commands = $list =~ /^  ([a-z-]+)/mg;

cmp_ok scalar @commands, '>=', 15, 'all commands';

for my $command (@commands) {
    my $out = ok_ctl('help', $command);

    is ok_ctl($command, '--help'), $out, "$command --help";
    like $out, qr/^usage: webhookctl (?:\[-s STORE\] )?\Q$command\E\b/,
         "$command: how it is used";
    is scalar(grep { length > 79 } split /\n/, $out), 0,
       "$command: no line is longer than a terminal";
}

is scalar(grep { length > 79 } split /\n/, $help), 0, 'nor in the help of all';
unlike $help, qr/ $/m, 'no line ends in a space';


# --- what is refused names the command, before any store is looked for

my %takes;

for my $command (@commands) {
    $takes{$command} = { map { $_ => 1 }
                         ok_ctl('help', $command) =~ /^ {2,6}(?:-\w, )?--([a-z-]+)/mg };
}

# Some pairs of a command and an option that it does not know.

my $pair = 0;
my %option = map { $_ => 1 } map { keys %$_ } values %takes;

for my $command (@commands) {
    for my $option (sort keys %option) {
        next if $takes{$command}{$option} || $pair++ % 9;

        my ($status, $out, $err) = ctl($command, "--$option",
                                       'accept');

        ($status, $out, $err) = ctl($command, "--$option=1h")
            if $err !~ /takes no/;

        is $status, 2, "$command --$option: refused";
        is $err, "webhookctl $command: takes no --$option; "
                 . "see webhookctl help $command\n",
           "$command --$option: and why";
        is $out, '', "$command --$option: nothing else";
    }
}

for my $case (
    [['replay', '--limit=3'], qr/^webhookctl replay: takes no --limit/],
    [['--limit=3', 'stats'], qr/^webhookctl stats: takes no --limit/],
    [['stats', '--endpoint=x'], qr/^webhookctl stats: takes no --endpoint/],
    [['list', '-x'], qr/^webhookctl list: unknown option "-x"/],
    [['list', '--no-such'], qr/^webhookctl list: unknown option "--no-such"/],
    [['list', '--stat=dead'], qr/^webhookctl list: unknown option "--stat=dead"; did you mean "--state"\?; see/],
    [['list', '--endpiont=a'], qr/unknown option "--endpiont=a"; did you mean "--endpoint"\?; see/],
    [['list', '--verify=hmac'], qr/^webhookctl list: takes no --verify/],
    [['list', '--verfy=hmac'], qr/unknown option "--verfy=hmac"; see/],
    [['--no-such'], qr/^webhookctl: unknown option "--no-such"/],
    [['list', '--json=1'], qr/^webhookctl list: unknown option "--json=1"/],
    [['list', '--endpoint'], qr/^webhookctl list: .*"--endpoint" needs a val/],
    [['list', '--state=sent'],
     qr/^webhookctl list: --state is one of: pending, sending, .*not "sent"/],
    [['lst'], qr/^webhookctl: no such command: "lst"; did you mean "list"/],
    [['stat'], qr/^webhookctl: no such command: "stat"; did you mean "stats"/],
    [['frobnicate'], qr/^webhookctl: no such command: "frobnicate"; see/],
    [['help', 'frobnicate'], qr/^webhookctl help: no such command/],
    [['help', 'list', '--format=man'], qr/^webhookctl help: --format applies to/],
    [['help', '--format=troff'], qr/^webhookctl help: --format is one of: man/],
    [['clock', 'wrong'], qr/^webhookctl clock: takes nothing or one of: accept; not "wrong"/],
    [['backup'],
     qr/^webhookctl backup: an argument is missing: webhookctl .*FILE/],
    [['list', 'erp'],
     qr/^webhookctl list: there are too many arguments: webhookctl .* list;/],
) {
    my ($args, $like) = @$case;
    my ($status, $out, $err) = ctl(@$args);

    is $status, 2, "@$args: status";
    like $err, $like, "@$args: told";
}


# --- what is made from the table is as it is kept

for my $page (['man', 'docs/webhookctl.1'],
              ['bash', 'tools/completion/webhookctl.bash'],
              ['zsh', 'tools/completion/_webhookctl'])
{
    my ($format, $file) = @$page;

    is ok_ctl('help', "--format=$format"), slurp("$root/$file"),
       "$file is that of the table; else: make pages";
}

my $doc = slurp("$root/docs/webhookctl.md");
my ($made) = $doc =~ /^<!-- made by "make pages" -->\n\n(.*?)\n\n?<!-- made/ms;

is "$made\n", ok_ctl('help', '--format=markdown'),
   'docs/webhookctl.md is that of the table; else: make pages';

SKIP: {
    skip 'no mandoc', 1 if system('mandoc -T lint /dev/null > /dev/null 2>&1')
                           >> 8 == 127;

    is qx(mandoc -T lint -W warning $root/docs/webhookctl.1 2>&1), '',
       'nor does mandoc';
}

SKIP: {
    skip 'no groff', 1 if system('groff --version > /dev/null 2>&1') != 0;

    is qx(groff -man -Tutf8 -ww -z $root/docs/webhookctl.1 2>&1), '',
       'groff warns of nothing';
}


# --- the completion of bash

sub complete
{
    my ($line) = @_;

    # bash takes --name=value apart at the =

    my @words = map { /^(--[^=]+)(=)(.*)$/ ? ($1, $2, length $3 ? $3 : ())
                                           : $_ } split / /, $line, -1;

    my $n = $#words;
    my $dir = Webhook::Nginx::build_dir() . (asan() ? '/asan' : '');
    my $words = join ' ', map { "'$_'" } @words;
    my $script = "PATH=$dir:\$PATH; compopt() { :; };"
                 . " . $root/tools/completion/webhookctl.bash;"
                 . " COMP_WORDS=($words); COMP_CWORD=$n; _webhookctl;"
                 . ' printf "%s\n" "${COMPREPLY[@]}"';
    my ($status, $out, $err) = $t->run('bash', '-c', $script);

    is $err, '', "$line: no error";

    return [sort grep { length } split /\n/, $out];
}

is_deeply complete('webhookctl '), [sort @commands], 'commands';
is_deeply complete('webhookctl re'), [sort grep { /^re/ } @commands],
          'that begin with re';
is_deeply complete('webhookctl stats --'),
          [qw(--help --json --store= --version)], 'options of a command';
is_deeply complete('webhookctl list --state=de'), [qw(dead delivered)],
          'values of an option';
is_deeply complete('webhookctl list --state='),
          [qw(cancelled dead delivered pending sending)], 'all of them';
is_deeply complete('webhookctl clock '), ['accept'], 'a word that is known';
is_deeply complete('webhookctl help re'), [sort grep { /^re/ } @commands],
          'commands again';
is_deeply complete('webhookctl list --since='), [], 'what nobody can know';

SKIP: {
    skip 'no zsh', 1 if system('zsh --version > /dev/null 2>&1') != 0;

    is qx(zsh -n $root/tools/completion/_webhookctl 2>&1), '',
       'the completion of zsh can be read';
}

done_testing;
