# make install and make uninstall, of what is built: below another prefix, in a DESTDIR, and,
# where the kernel lets us, in this machine's own directories as a namespace
# shows them. The first configuration of the README is accepted as it stands.

use strict;
use warnings;

use File::Find qw(find);
use File::Path qw(make_path);
use Test::More;

use lib 't/lib';
use Webhook::Nginx qw(build_dir nginx_binary root_dir);
use Webhook::Sandbox qw(slurp temp_dir write_file);

my $build = build_dir();
my $nginx = nginx_binary();
my $so = 'ngx_http_webhook_module.so';

plan skip_all => "there is no $build/$so" unless -f "$build/$so";

my $temp = temp_dir('install');


# Runs a command: its status and what it says.

sub run
{
    my (@command) = @_;

    my $pid = open my $fh, '-|';
    die "fork: $!\n" unless defined $pid;

    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        exec { $command[0] } @command or exit 127;
    }

    my $text = do { local $/; <$fh> };
    close $fh;

    return ($?, $text);
}


sub make
{
    my ($target, @args) = @_;

    local @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};

    return run('make', '-s', '-C', root_dir(), "BUILD=$build", @args, $target);
}


# What is below a directory, but for directories.

sub tree
{
    my ($dir, $dirs) = @_;
    my @found;

    find({ no_chdir => 1, wanted => sub {
        return if $_ eq $dir || (!$dirs && -d && !-l);
        push @found, substr $_, length $dir;
    } }, $dir);

    return sort @found;
}


my ($first) = slurp('README.md') =~ /## A first configuration.*?```nginx\n(.*?)```/s;

ok $first, 'the README has a first configuration';


# --- below another prefix

my $dir = "$temp/own";
my $etc = "$dir/etc/nginx";
my @paths = ("prefix=$dir/usr", "sysconfdir=$dir/etc");

make_path("$etc/modules-enabled", "$etc/conf.d", "$dir/logs", "$dir/lib");

write_file("$etc/nginx.conf", <<"CONF");
include modules-enabled/*.conf;
pid $dir/nginx.pid;
events { }
http {
    access_log off;
    client_body_temp_path $dir/lib/body;
    proxy_temp_path       $dir/lib/proxy;
    fastcgi_temp_path     $dir/lib/fastcgi;
    uwsgi_temp_path       $dir/lib/uwsgi;
    scgi_temp_path        $dir/lib/scgi;
    include conf.d/*.conf;
}
CONF

my @test = ($nginx, '-t', '-p', $dir, '-e', "$dir/logs/error.log",
            '-c', "$etc/nginx.conf");

my @before = tree($dir, 1);

my ($status, $text) = make('install-files', @paths);

is $status, 0, 'make install' or diag $text;
like $text, qr{modules-enabled/50-mod-http-webhook\.conf loads the module},
    'it tells that the module is loaded';

($status, $text) = run("$dir/usr/bin/webhookctl", '--version');
is $status, 0, 'webhookctl is there';

(my $own = $first) =~ s{/var/lib/nginx/webhook}{$dir/lib/webhook};
write_file("$etc/conf.d/webhook.conf", $own);

($status, $text) = run(@test);
is $status, 0, 'nginx -t takes the first configuration' or diag $text;
unlike $text, qr/\[(?:warn|emerg|alert)\]/, 'without a warning';

for my $page (glob "$dir/usr/share/doc/libnginx-mod-http-webhook/*.md "
                   . "$dir/usr/share/doc/libnginx-mod-http-webhook/docs/*.md")
{
    my ($folder) = $page =~ m{^(.*)/};
    my @dead = grep { !/^https?:|^#/ && !-e "$folder/" . s/#.*//r }
               slurp($page) =~ /\]\(([^)\s]+)\)/g;

    # what is for those who build it only is not installed

    @dead = grep { !m{^conf/|^\.\./conf/} } @dead;

    is "@dead", '', "$page: its links";
}

# What still names the module is told of; without that nginx starts.

($status, $text) = make('uninstall', @paths);
is $status, 0, 'make uninstall' or diag $text;
like $text, qr{until these files name the module no more:\n  \S+conf\.d/webhook\.conf},
    'it names the configuration that is left';

unlink "$etc/conf.d/webhook.conf";

($status, $text) = run(@test);
is $status, 0, 'nginx -t, without the module' or diag $text;

($status, $text) = make('uninstall', @paths);
is $status, 0, 'make uninstall once more';
unlike $text, qr/until these files/, 'there is nothing left to tell';

is join("\n", grep { -f "$dir$_" || -l "$dir$_" } tree("$dir/usr")), '',
    'no file is left';
is join("\n", tree("$etc/modules-enabled")), '', 'nor the link';


# A link of somebody else's, and event types that were changed, stay.

make('install-files', @paths);
unlink "$etc/modules-enabled/50-mod-http-webhook.conf";
symlink '/dev/null', "$etc/modules-enabled/50-mod-http-webhook.conf";
write_file("$etc/webhook/teamcrop-events.conf", "# mine\n");

($status, $text) = make('uninstall', @paths);

is readlink "$etc/modules-enabled/50-mod-http-webhook.conf", '/dev/null',
    'a link to something else stays';
is slurp("$etc/webhook/teamcrop-events.conf"), "# mine\n",
    'event types that were changed stay';
like $text, qr/teamcrop-events\.conf was changed and stays/, 'and that is told';


# --- in a DESTDIR

my $dest = "$temp/dest";

make_path($dest);

($status, $text) = make('install-files', "DESTDIR=$dest");
is $status, 0, 'make install DESTDIR=' or diag $text;
like $text, qr{begin nginx\.conf with:\n  load_module /usr/lib/nginx/modules/\Q$so\E;},
    'it tells how to load the module';

my @files = tree($dest);

for my $file ("/usr/lib/nginx/modules/$so", '/usr/bin/webhookctl',
              '/usr/share/nginx/modules-available/mod-http-webhook.conf',
              '/etc/nginx/webhook/teamcrop-events.conf',
              '/usr/share/man/man1/webhookctl.1',
              map { "/usr/share/doc/libnginx-mod-http-webhook/$_" }
                  'README.md', 'docs/directives.md', 'examples/github.conf',
                  'examples/systemd/nginx-webhook.conf',
                  'examples/apparmor/usr.sbin.nginx',
                  'examples/apparmor/abstractions/nginx-webhook')
{
    is scalar(grep { $_ eq $file } @files), 1, "$file is there";
}

is slurp("$dest/usr/share/nginx/modules-available/mod-http-webhook.conf"),
    "load_module /usr/lib/nginx/modules/$so;\n", 'what loads it';
is join(' ', grep { slurp("$dest$_") =~ /\Q$dest\E/ } grep { /\.(?:conf|md|1)$/ }
             @files), '', 'DESTDIR stands in none of them';

($status, $text) = make('uninstall', "DESTDIR=$dest");
is $status, 0, 'make uninstall DESTDIR=' or diag $text;
is join("\n", tree($dest, 1)), '', 'an empty tree is left';


# --- in the machine's own places, which no one else sees changed

SKIP: {
    skip 'no namespace for us', 6
        if $> != 0 || (run('unshare', '-m', 'true'))[0] != 0
           || !-d '/etc/nginx/modules-enabled' || $nginx ne '/usr/sbin/nginx';

    my $root = "$temp/root";

    make_path("$root/upper", "$root/lib");

    write_file("$root/first.conf", $first);
    write_file("$root/go", <<"SH");
set -e
mount -t tmpfs none $root/upper
for dir in etc usr; do
    mkdir -p $root/upper/\$dir $root/upper/\$dir.work
    mount -t overlay none -o lowerdir=/\$dir,upperdir=$root/upper/\$dir,workdir=$root/upper/\$dir.work /\$dir \\
        || exit 77
done
mount -t tmpfs none /var/lib/nginx
make -s -C @{[root_dir()]} BUILD=$build install-files
cp $root/first.conf /etc/nginx/conf.d/webhook.conf
nginx -t
rm /etc/nginx/conf.d/webhook.conf
make -s -C @{[root_dir()]} BUILD=$build uninstall
nginx -t
ls /etc/nginx/modules-enabled
echo done
SH

    my @there = glob '/etc/nginx/modules-enabled/*';

    ($status, $text) = run('unshare', '-m', 'sh', "$root/go");

    skip 'no overlay for us', 6 if $status >> 8 == 77;

    is $status, 0, 'installed, tested and removed' or diag $text;
    is scalar(() = $text =~ /test is successful/g), 2,
        'nginx -t takes the first configuration as it stands, and the rest';
    unlike $text, qr/\[(?:warn|emerg|alert)\].*webhook/,
        'nothing is warned of';
    unlike $text, qr/until these files/, 'nothing is left that names it';
    like $text, qr/done$/, 'to the end';
    is join("\n", glob '/etc/nginx/modules-enabled/*'), join("\n", @there),
        'this machine is as it was';
}


# --- the drop-in

SKIP: {
    skip 'no systemd-analyze', 4 if (run('systemd-analyze', '--version'))[0] != 0;

    my $drop_in = slurp('conf/systemd/nginx-webhook.conf');

    # Debian's own, where it is
    my ($unit) = grep { -e } map { "$_/nginx.service" }
                 '/lib/systemd/system', '/usr/lib/systemd/system';

    is verified($unit ? slurp($unit) : <<"UNIT", $drop_in), '', 'systemd takes the drop-in';
[Service]
Type=forking
PIDFile=/run/nginx.pid
ExecStart=$nginx
ExecStop=-/bin/false
UNIT

    # what is wrong is found: in a unit of systemd's own, of which nothing else
    # can be said, so that the above says something

    my $plain = "[Service]\nExecStart=/bin/true\n";

    is verified($plain, ''), '', 'a unit by itself';
    like verified($plain, $drop_in =~ s/^TimeoutStopSec/TimeoutStop/mr),
        qr/webhook\.conf:\d+: Unknown key.*'TimeoutStop'/, 'an unknown key is found';
    like verified($plain, $drop_in =~ s/SIGQUIT/SIGQUITS/r),
        qr/webhook\.conf:\d+: Failed to parse.*SIGQUITS/, 'and a value';
}


# --- the profile

SKIP: {
    my $base = '/etc/apparmor.d';
    my ($parser) = grep { -x } map { "$_/apparmor_parser" }
                   split(/:/, $ENV{PATH}), '/usr/sbin', '/sbin';

    skip 'no apparmor_parser', 2 if !$parser || !-e "$base/abstractions/base";

    my @parse = ($parser, '--skip-kernel-load', '--skip-cache',
                 '--base', $base, '--Include', "$temp/profile");

    system('cp', '-r', 'conf/apparmor', "$temp/profile") == 0 or die;

    ($status, $text) = run(@parse, "$temp/profile/usr.sbin.nginx");
    is $status, 0, 'AppArmor takes the profile' or diag $text;

    my $rules = "$temp/profile/abstractions/nginx-webhook";

    write_file($rules, slurp($rules) =~ s/rwk,/rwy,/r);
    ($status, $text) = run(@parse, "$temp/profile/usr.sbin.nginx");
    isnt $status, 0, 'a mistake in what it includes is found' or diag $text;
}

done_testing;


# What systemd says of a unit with a drop-in, but for what the machine lacks.

sub verified
{
    my ($unit, $drop_in) = @_;

    make_path("$temp/units/nginx.service.d");
    write_file("$temp/units/nginx.service", $unit);
    write_file("$temp/units/nginx.service.d/webhook.conf", $drop_in);

    my (undef, $text) = run('systemd-analyze', '--man=no', 'verify',
                            "$temp/units/nginx.service");

    return join '', grep { /nginx\.service|webhook\.conf/ } $text =~ /^.*\n/mg;
}
