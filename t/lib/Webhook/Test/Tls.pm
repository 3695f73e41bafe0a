package Webhook::Test::Tls;

=head1 NAME

Webhook::Test::Tls - certificates for tests, made by openssl(1)

=head1 SYNOPSIS

    my $ca = Webhook::Test::Tls->new;
    my $good = $ca->certificate('good', names => ['hook.test']);

    my $hook = Webhook::Test::Endpoint->new(tls => $good);

    # in nginx.conf: tls ca=%%PREFIX%%/... or
    $ca->file;

=head1 DESCRIPTION

=head2 new(NAME)

A certificate authority of its own, in a temporary directory.  One that the
other side does not know is simply another one.

=head2 certificate(NAME, OPTIONS)

Returns { cert => FILE, key => FILE }, what an endpoint takes as C<tls>.  The
file C<cert> is readable by everybody, and so is C<key>: it is worth nothing.

=over

=item names => ['localhost', '127.0.0.1', ...]

names and addresses that it is for (default: localhost and 127.0.0.1)

=item common => NAME

the name in its subject (default: the first of C<names>); with
C<< names => [] >> it is for no other

=item expired => 1, future => 1, ends => TIME

its time is over, has not begun, or ends then (Unix seconds)

=item client => 1

for a client

=back

=head2 good(), expired(), wrong_name(), client()

The certificates that most tests need, made once.

=head2 file()

The authority's certificate (PEM).

=cut

use strict;
use warnings;

use POSIX ();

use Webhook::Sandbox qw(temp_dir slurp write_file);


sub new
{
    my ($class, $name) = @_;

    my $self = bless { name => $name // 'ca', dir => temp_dir('tls'),
                       made => {} }, $class;

    my $dir = $self->{dir};

    mkdir "$dir/new";
    write_file("$dir/index", '');
    write_file("$dir/index.attr", "unique_subject = no\n");
    write_file("$dir/serial", "1000\n");

    write_file("$dir/ca.conf", <<"CONF");
[ca]
default_ca = ca_default
[ca_default]
database = $dir/index
new_certs_dir = $dir/new
serial = $dir/serial
certificate = $dir/ca.pem
private_key = $dir/ca.key
default_md = sha256
policy = policy
unique_subject = no
copy_extensions = copy
[policy]
commonName = supplied
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[ca_ext]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
CONF

    $self->openssl('req', '-x509', '-new', '-newkey', 'ec',
                   '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
                   '-keyout', "$dir/ca.key", '-out', "$dir/ca.pem",
                   '-days', 3650, '-subj', "/CN=webhook test $self->{name}",
                   '-config', "$dir/ca.conf", '-extensions', 'ca_ext');

    return $self;
}


sub file { return "$_[0]{dir}/ca.pem"; }


sub openssl
{
    my ($self, @args) = @_;

    my $log = "$self->{dir}/openssl.log";
    my $pid = fork // die "fork: $!\n";

    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', $log;
        open STDERR, '>&', \*STDOUT;
        exec 'openssl', @args or POSIX::_exit(127);
    }

    waitpid $pid, 0;

    die "openssl @args:\n" . slurp($log) if $?;
}


sub certificate
{
    my ($self, $name, %options) = @_;

    return $self->{made}{$name} if $self->{made}{$name};

    my $dir = $self->{dir};
    my @names = @{$options{names} // ['localhost', '127.0.0.1']};

    my $alternative = join ',', map {
        (/^[\d.]+$|:/ ? 'IP:' : 'DNS:') . $_
    } @names;

    my ($start, $end) = ('20200101000000Z', '20491231000000Z');

    $end = '20200102000000Z' if $options{expired};
    $start = '20480101000000Z' if $options{future};
    $end = POSIX::strftime('%Y%m%d%H%M%SZ', gmtime $options{ends})
        if $options{ends};

    $alternative = "subjectAltName = $alternative" if @names;

    my $common = $options{common} // $names[0];

    my $usage = $options{client} ? 'clientAuth' : 'serverAuth';

    write_file("$dir/$name.ext", <<"CONF");
[ext]
basicConstraints = CA:FALSE
extendedKeyUsage = $usage
$alternative
CONF

    $self->openssl('req', '-new', '-newkey', 'ec',
                   '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
                   '-keyout', "$dir/$name.key", '-out', "$dir/$name.csr",
                   '-subj', "/CN=$common", '-config', "$dir/ca.conf");

    $self->openssl('ca', '-batch', '-notext', '-config', "$dir/ca.conf",
                   '-in', "$dir/$name.csr", '-out', "$dir/$name.pem",
                   '-startdate', $start, '-enddate', $end,
                   '-extfile', "$dir/$name.ext", '-extensions', 'ext');

    chmod 0644, "$dir/$name.key", "$dir/$name.pem";

    return $self->{made}{$name} = { cert => "$dir/$name.pem",
                                    key  => "$dir/$name.key" };
}


sub good { return $_[0]->certificate('good'); }

sub expired { return $_[0]->certificate('expired', expired => 1); }

sub client { return $_[0]->certificate('client', client => 1); }


sub wrong_name
{
    my ($self) = @_;

    return $self->certificate('wrong_name', names => ['other.test']);
}


1;
