# The senders of Viet Nam and Thailand, by their examples in conf/examples, end
# to end: a call that is right is done and gets the answer that its sender
# prescribes, one with a bit changed in what is signed is a 4xx, and nothing is
# called.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256 hmac_sha256_base64 hmac_sha256_hex
                   hmac_sha512_hex sha256_hex);
use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp);

my $json = JSON::PP->new->canonical;
my $key = 'a-key-of-enough-bytes-for-everybody';
my $base64 = 'YS1rZXktb2YtZW5vdWdoLWJ5dGVzLWZvci1ldmVyeWJvZHk=';

sub padded { my ($b64) = @_; return $b64 . '=' x (-length($b64) % 4); }

sub token { return "$_[0]-0123456789-abcdefgh"; }

# "app=" of an example

sub app
{
    my ($app) = slurp("conf/examples/$_[0].conf") =~ /\sapp=(\w+)/;

    return $app;
}

# a payload with its signature in a field, which is put at the end

sub signed
{
    my ($body, $name, $value) = @_;

    $body =~ s/\}$/,"$name":"$value"}/;
    return $body;
}

sub momo
{
    my ($o) = @_;

    my $s = join '&', 'accessKey=' . app('momo'), map { "$_=$o->{$_}" }
        qw(amount extraData message orderId orderInfo orderType partnerCode
           payType requestId responseTime resultCode transId);

    return signed($json->encode($o), 'signature', hmac_sha256_hex($s, $key));
}

sub vnpay
{
    my ($o) = @_;

    my $s = join '&', map { my $v = $o->{$_};
                            $v =~ s/([^\w. -])/sprintf '%%%02X', ord $1/ge;
                            $v =~ s/ /+/g;
                            "$_=$v" } sort keys %$o;

    return "$s&vnp_SecureHash=" . hmac_sha512_hex($s, $key);
}

sub kbank
{
    my ($amount) = @_;

    my $fixed = sprintf '%.4f', $amount;

    return '{"id":"chrg_5f2d3c4b","object":"charge","amount":' . $amount
           . ',"currency":"THB","status":"success","transaction_state":'
           . '"Authorized","checksum":"'
           . sha256_hex("chrg_5f2d3c4b${fixed}THBsuccessAuthorized$key")
           . '"}';
}

my %momo = (partnerCode => 'MOMOBKUN20180529', orderId => '1633504872421',
            requestId => '1633504872421', amount => 1000,
            orderInfo => 'Thanh toan & cam on', orderType => 'momo_wallet',
            transId => 2588659987, resultCode => 0, message => 'Successful.',
            payType => 'qr', responseTime => 1633504902954, extraData => '');

my %vnpay = (vnp_Amount => '1000000', vnp_BankCode => 'NCB',
             vnp_BankTranNo => 'VNP14226112', vnp_CardType => 'ATM',
             vnp_OrderInfo => 'Thanh toan don hang :5 & phi',
             vnp_PayDate => '20231207170112', vnp_ResponseCode => '00',
             vnp_TmnCode => 'CTTVNP01', vnp_TransactionNo => '14226112',
             vnp_TransactionStatus => '00', vnp_TxnRef => '166117');

my $zalopay = $json->encode({
    app_id => 2553, app_trans_id => '200904_2553_1598435687208',
    amount => 10000, embed_data => '{"merchantinfo":"\u00e9"}',
    zp_trans_id => 200904000000389, server_time => 1599189413498 });

my $ok = qr/^\{"status": "ok"\}$/;

#
# Of each sender: the payload; its headers, made of the payload; what in it is
# signed, one bit of each of which is changed; what is answered; what the API
# is told.
#
my %sender = (

    line => {
        body => '{"destination":"U8e74","events":[{"type":"message","message":'
                . '{"type":"text","id":"14353798921116","text":"Xin chao"},'
                . '"webhookEventId":"01FZ74A0TDDPYRVKNK77XKC3ZR","source":'
                . '{"type":"user","userId":"U80696558"}}]}',
        headers => sub { ['x-line-signature' =>
                          padded(hmac_sha256_base64($_[0], $key))] },
        bend => ['U8e74', 'Xin chao', 'U80696558'],
        answer => [200, qr/^\{"status": "ok", "elements": 1\}$/],
        call => { channel => 'line', ref => '01FZ74A0TDDPYRVKNK77XKC3ZR',
                  from => 'U80696558', text => 'Xin chao' },
    },

    shopee => {
        body => '{"data":{"ordersn":"220810QJ5VXY9E","status":"READY_TO_SHIP",'
                . '"update_time":1660123127},"shop_id":727720655,"code":3,'
                . '"timestamp":1660123127}',
        headers => sub { ['Authorization' => hmac_sha256_hex(
                          'https://hooks.example.com/web/hook/'
                          . token('shopee') . "|$_[0]", $key)] },
        bend => ['READY', '727720655'],
        answer => [200, qr/^$/],
        call => { ref => 'shopee-220810QJ5VXY9E', shop => 727720655,
                  state => 'READY_TO_SHIP' },
    },

    lazada => {
        body => '{"seller_id":"1234567","message_type":0,"data":{"order_status"'
                . ':"unpaid","trade_order_id":"260422900198363"},"timestamp":'
                . '1603766859530,"site":"lazada_vn"}',
        headers => sub { ['Authorization' =>
                          hmac_sha256_hex(app('lazada') . $_[0], $key)] },
        bend => ['1234567', 'unpaid'],
        answer => [200, $ok],
        call => { ref => 'lazada-260422900198363', shop => '1234567',
                  state => 'unpaid' },
    },

    tiktok => {
        body => '{"type":1,"tts_notification_id":"7327112393057371910",'
                . '"shop_id":"7494049642642441621","timestamp":1644412885,'
                . '"data":{"order_id":"576486316948490001","order_status":'
                . '"AWAITING_SHIPMENT","update_time":1627587600}}',
        headers => sub { ['Authorization' =>
                          hmac_sha256_hex(app('tiktok') . $_[0], $key)] },
        bend => ['7494049642642441621', 'AWAITING'],
        answer => [200, $ok],
        repeat => [200, $ok],
        call => { ref => 'tiktok-576486316948490001',
                  shop => '7494049642642441621',
                  state => 'AWAITING_SHIPMENT' },
    },

    haravan => {
        body => '{"id":1008769,"total_price":250000.0,"line_items":[]}',
        headers => sub { ['X-Haravan-Topic' => 'orders/create',
                          'X-Haravan-Hmacsha256' =>
                          padded(hmac_sha256_base64($_[0], $key))] },
        bend => ['1008769', '250000'],
        answer => [200, $ok],
        call => { ref => 'haravan-1008769', topic => 'orders/create',
                  total => 250000, lines => [] },
    },

    sapo => {
        body => '{"id":1776436133,"code":"SON687034","status":"finalized"}',
        headers => sub { ['X-Sapo-Topic' => 'orders/update',
                          'X-Sapo-Hmac-SHA256' =>
                          padded(hmac_sha256_base64($_[0], $key))] },
        bend => ['SON687034', 'finalized'],
        answer => [200, $ok],
        call => { ref => 'sapo-1776436133', topic => 'orders/update',
                  code => 'SON687034', state => 'finalized' },
    },

    kiotviet => {
        body => '{"Id":"e3a1","Attempt":1,"Notifications":[{"Action":'
                . '"stock.update","Data":[{"ProductId":1001,"OnHand":7}]}]}',
        headers => sub { ['X-Hub-Signature' => hmac_sha256_hex($_[0], $key)] },
        bend => ['e3a1', '"OnHand":7'],
        answer => [200, qr/^\{"status": "ok", "elements": 1\}$/],
        call => { kind => 'stock.update',
                  lines => [{ ProductId => 1001, OnHand => 7 }] },
    },

    momo => {
        body => momo(\%momo),
        bend => ['MOMOBKUN', '1633504872421', 'momo_wallet', 'Thanh toan',
                 'Successful', '588659987', ':1000', ':0,"transId', ':"qr"'],
        answer => [204, qr/^$/],
        repeat => [204, qr/^$/],
        call => { ref => 'momo-2588659987', order => '1633504872421',
                  amount => 1000, currency => 'VND' },
    },

    vnpay => {
        method => 'GET',
        query => vnpay(\%vnpay),
        bend => ['1000000', 'NCB', 'VNP14226112', 'Thanh+toan', '20231207',
                 'Code=00', 'Status=00', '166117', 'CTTVNP01'],
        answer => [200, qr/^\{"RspCode": "00", "Message": "Confirm Success"\}$/],
        repeat => [200, qr/^\{"RspCode": "02", "Message": "Order already confirmed"\}$/],
        refused => qr/^\{"RspCode": "97", "Message": "Invalid signature"\}$/,
        call => { ref => 'vnpay-14226112', order => '166117',
                  hundredths => 1000000, currency => 'VND' },
    },

    zalopay => {
        body => $json->encode({ data => $zalopay, type => 1,
                                mac => hmac_sha256_hex($zalopay, $key) }),
        bend => ['200904_2553', '10000', '200904000000389'],
        answer => [200, qr/^\{"return_code": 1, "return_message": "success"\}$/],
        repeat => [200, qr/^\{"return_code": 2, "return_message": "repeat"\}$/],
        refused => qr/^\{"return_code": (0|-1), "return_message": "[^"]+"\}$/,
        call => { ref => 'zalopay-200904000000389',
                  order => '200904_2553_1598435687208', amount => 10000,
                  currency => 'VND' },
    },

    zalo => {
        body => '{"app_id":"360846524940903967","sender":{"id":"246845883529"},'
                . '"event_name":"user_send_text","message":{"text":"xin chao",'
                . '"msg_id":"96d3cdf3af150460909"},"timestamp":"154390853474"}',
        headers => sub { ['X-ZEvent-Signature' => 'mac='
                          . sha256_hex(app('zalo') . $_[0] . '154390853474'
                                       . $key)] },
        bend => ['246845883529', 'xin chao', '154390853474'],
        answer => [200, $ok],
        call => { channel => 'zalo', ref => '96d3cdf3af150460909',
                  from => '246845883529', text => 'xin chao' },
    },

    sepay => {
        body => '{"id":92704,"gateway":"Vietcombank","content":"mua iphone",'
                . '"transferType":"in","transferAmount":2277000,'
                . '"accumulated":19077000}',
        headers => sub { my $now = time;
                         ['X-SePay-Timestamp' => $now, 'X-SePay-Signature' =>
                          'sha256=' . hmac_sha256_hex("$now.$_[0]", $key)] },
        bend => ['92704', '2277000'],
        answer => [200, qr/^\{"success": true\}$/],
        repeat => [200, qr/^\{"success": true\}$/],
        refused => qr/^\{"success": false, "message": "[^"]+"\}$/,
        call => { ref => 'sepay-92704', bank => 'Vietcombank',
                  text => 'mua iphone', amount => 2277000, currency => 'VND' },
    },

    omise => {
        key => $base64,
        body => '{"object":"event","id":"evnt_5vxs0ajpo78","key":'
                . '"charge.complete","data":{"id":"chrg_5vxs0aj9gtk","amount":'
                . '100000,"currency":"THB","status":"successful"}}',
        headers => sub { my $now = time;
                         ['Omise-Signature-Timestamp' => $now,
                          'Omise-Signature' =>
                          hmac_sha256_hex("$now.$_[0]", 'the older secret')
                          . ',' . hmac_sha256_hex("$now.$_[0]",
                                                  decode_base64($base64))] },
        bend => ['chrg_5vxs0aj9gtk', '100000'],
        answer => [200, $ok],
        repeat => [200, $ok],
        call => { ref => 'chrg_5vxs0aj9gtk', amount => 100000,
                  currency => 'THB', state => 'successful' },
    },

    kbank => {
        body => kbank('100.5'),
        bend => ['chrg_5f2d3c4b', '100.5', 'THB', 'success', 'Authorized'],
        answer => [200, $ok],
        repeat => [200, $ok],
        call => { ref => 'chrg_5f2d3c4b', amount => 100.5,
                  currency => 'THB', state => 'Authorized' },
    },
);

my $t = Webhook::Test->new;
my $api = $t->api;

$api->answer('*', 200);

mkdir $t->prefix . '/conf/webhook';

for my $name (sort keys %sender) {
    my $text = slurp("conf/examples/$name.conf");

    $t->file("$name.conf", $text);

    for my $file ($text =~ m{file:(webhook/[\w.]+)}g) {
        $t->file("conf/$file", ($file =~ /\.token$/ ? token($name)
                                : $sender{$name}{key} // $key) . "\n");
        chmod 0600, $t->prefix . "/conf/$file";
    }
}

$t->config(
    http => "webhook_store %%STORE%% size=64m;\n"
            . join('', map { "include ../$_.conf;\n" } sort keys %sender),
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /pos/ {
            internal; proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
CONF
);

$t->start;


sub call
{
    my ($name, %o) = @_;

    my $s = $sender{$name};
    my $body = $o{body} // $s->{body};
    my $query = $o{query} // $s->{query};
    my $headers = $o{headers}
                  // ($s->{headers} ? $s->{headers}->($body) : []);

    return $t->request($s->{method} // 'POST', '/web/hook/' . token($name)
                       . (defined $query ? "?$query" : ''), $body,
                       headers => [defined $body
                                   ? ('Content-Type' => 'application/json')
                                   : (), @$headers]);
}

sub bent
{
    my ($text, $part) = @_;

    my $at = index $text, $part;

    die "no \"$part\"" if $at < 0;

    # the lowest bit of a letter or digit

    $at++ until substr($text, $at, 1) =~ /\w/;
    substr $text, $at, 1, chr(ord(substr $text, $at, 1) ^ 1);

    return $text;
}

sub refused
{
    my ($name, $what, %o) = @_;

    my $r = call($name, %o);

    like $r->{status}, qr/^4\d\d$/, "$name: $what";
    like $r->{body}, $sender{$name}{refused} // qr/"status": "error"/,
        "$name: what is answered";
}


# --- what is wrong

for my $name (sort keys %sender) {
    my $s = $sender{$name};
    my $where = defined $s->{query} ? 'query' : 'body';
    my $headers = $s->{headers} ? $s->{headers}->($s->{body}) : [];

    for my $part (@{$s->{bend}}) {
        refused($name, "another $part", headers => $headers,
                $where => bent($s->{$where}, $part));
    }

    # each digit of a signature, and of a timestamp

    for my $i (map { 2 * $_ + 1 } 0 .. @$headers / 2 - 1) {
        next if $headers->[$i - 1] =~ /Topic/;

        my @other = @$headers;
        my $at = $name eq 'omise' && $other[$i] =~ /,/ ? 70 : -5;

        substr $other[$i], $at, 1,
            substr($other[$i], $at, 1) eq '1' ? '2' : '1';
        refused($name, "another $headers->[$i - 1]", headers => \@other);
    }

    if (my ($field) = $s->{$where} =~ /((?:signature|mac|checksum)":"
                                       |vnp_SecureHash=)/x)
    {
        (my $other = $s->{$where}) =~
            s/(\Q$field\E)(.)/$1 . ($2 eq '1' ? '2' : '1')/e;
        refused($name, "another $field", $where => $other);

        ($other = $s->{$where}) =~ s/\Q$field\E\w+/$field/;
        refused($name, "an empty $field", $where => $other);
    }

    refused($name, 'nothing is signed', headers => [],
            $where => $where eq 'body' ? '{}' : 'vnp_TxnRef=1');
}

is $api->count, 0, 'nothing was called';


# --- what a reader may take for something else than a signer did

(my $twice = $sender{momo}{body}) =~ s/"amount":1000/"amount":1000,"amount":9/;
refused('momo', 'a field twice', body => $twice);

($twice = $sender{kbank}{body}) =~ s/"amount":100.5/"amount":9,"amount":100.5/;
refused('kbank', 'a field twice', body => $twice);

($twice = $sender{zalopay}{body}) =~ s/^\{/{"data":"{}",/;
refused('zalopay', 'a field twice', body => $twice);

refused('vnpay', 'a parameter twice', query => "$sender{vnpay}{query}"
        . '&vnp_Amount=1');
refused('vnpay', 'a parameter more', query => "$sender{vnpay}{query}&note=");
refused('vnpay', 'two signatures', query => "$sender{vnpay}{query}"
        . '&vnp_SecureHash=' . '0' x 128);

refused('kbank', 'an amount of more decimals than are signed',
        body => kbank('100.50001'));

is $api->count, 0, 'nothing was called';


# --- what is right

my $n = 0;

for my $name (sort keys %sender) {
    my $s = $sender{$name};

    for my $how (grep { $s->{$_} } qw(answer repeat)) {
        my $r = call($name);

        is $r->{status}, $s->{$how}[0], "$name: $how";
        like $r->{body}, $s->{$how}[1], "$name: what is answered";
        like $r->{headers}{'content-type'} // '', length $r->{body}
            ? qr{^application/json} : qr/^/, "$name: as JSON";

        $n++ if $how eq 'answer';
    }

    my $requests = $api->requests;

    is scalar(@$requests), $n, "$name: called once";
    is_deeply $json->decode($requests->[-1]{body}), $s->{call},
        "$name: what the API is told";
}


# --- what is not for us, and questions

is call('line', body => '{"destination":"U8e74","events":[]}')->{status}, 200,
    'line: "Verify" of its console';

is call('momo', body => momo({%momo, resultCode => 1006, transId => 1}))
    ->{status}, 204, 'momo: a payment that failed';

is call('vnpay', query => vnpay({%vnpay, vnp_ResponseCode => '24',
                                 vnp_TransactionNo => 2}))->{status}, 200,
    'vnpay: a payment that failed';

is $api->count, $n, 'none of them is a payment';

{
    my $query = $sender{vnpay}{query};
    my ($hash) = $query =~ /vnp_SecureHash=(\w+)/;

    my @pairs = grep { !/SecureHash/ } split /&/, vnpay({%vnpay,
        vnp_TransactionNo => 3 });
    my $sum = hmac_sha512_hex(join('&', @pairs), $key);

    my $r = call('vnpay', query => join '&', "vnp_SecureHash=\U$sum",
                 reverse(@pairs), 'vnp_SecureHashType=HmacSHA512');
    is $r->{status}, 200, 'vnpay: in another order, in capital letters';
    is $api->count, ++$n, 'called';
}


# --- the API fails: the sender has to come again

$api->answer('/pos/api/payment', 500);

{
    my $r = call('vnpay', query => vnpay({%vnpay, vnp_TransactionNo => 4}));
    is $r->{status}, 502, 'vnpay: the API failed';
    like $r->{body}, qr/^\{"RspCode": "99", "Message": "[^"]+"\}$/,
        'and VNPAY is told so';

    is call('momo', body => momo({%momo, transId => 4}))->{status}, 502,
        'momo: the API failed';
}

$t->stop;
$t->ok_logs;

done_testing;
