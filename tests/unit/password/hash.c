/* Hashes of every kind: opened, and not. Made with libcrypt, libargon2, openssl and hashlib of
 * Python. */
#include "password/hash.h"

#include "inspect.h"
#include "password/derived.h"

/* Whose, the hash of a word that is in the list ("letmein", "123456"), that of one that is not. */
static const struct {
    const char *user, *weak, *strong;
} hashes[] = {
    {"a", "$y$j75$abcdefgh$DdqAN74pEsqcqznWjI6lb6Ti0k.v6rz1vjj3ppJzqR3",
     "$y$j75$abcdefgh$U0NGuh2OAN.L0lHB8oJu09mIbkhyvN060uW.DInZN.3"},
    {"a", "$gy$j75$abcdefgh$6WCCXoARxC3V9UDnPF4FwmP9WlJs8ruO/O2Pn8gD1RB",
     "$gy$j75$abcdefgh$/f4DO81xaM4/.SlcKoIaNsU1.FVwQazbpvYrvPjCpL5"},
    {"a", "$7$6U..../....abcdefgh$Hi.Fj4AALflb64HRyLO2yVy9FBpC12gDad1q/hIMPy0",
     "$7$6U..../....abcdefgh$JQMqvJQ8.kIYVAQr1MdG1zecPTZHebLLsXSKNAgzhi6"},
    {"a", "$2b$04$abcdefghijklmnopqrstuuPT0cs.zGMMB9aUG3xKmxLeI//6s0m5C",
     "$2b$04$abcdefghijklmnopqrstuuIhE7A.VNzjNayBhvW0iMtyrVEhAHxE."},
    {"a", "$2y$04$abcdefghijklmnopqrstuuPT0cs.zGMMB9aUG3xKmxLeI//6s0m5C",
     "$2y$04$abcdefghijklmnopqrstuuIhE7A.VNzjNayBhvW0iMtyrVEhAHxE."},
    {"a",
     "$6$rounds=1000$abcdefgh$KRhBhSD84o8r6.OtHD9OE0Hb5oYHYYPWQKvhjyOzpyrQllxfHfshIKK2T."
     "br09bz9oecmha05xivTXzpoxHLd.",
     "$6$rounds=1000$abcdefgh$1FxEFiYVgwR3.eWz/mp5OptgOBczUoR8y4clNDEmE1p87yO8es2/y/"
     "hFv39tlaBAFW22bKAaK5ydqH93n.D2v."},
    {"a", "$5$rounds=1000$abcdefgh$qT/aDWgb1dJtvNKBv4kl6KzCMEkKkA3NflX4hkVvqnA",
     "$5$rounds=1000$abcdefgh$CIpclB0vFzmwemDpUgSAFr7m/NRhJNwoEoOOmlf.bZ2"},
    {"a", "$1$abcdefgh$7BBqxxZ5f4cDJnGUV6MmH0", "$1$abcdefgh$uLqqi8DZILo/Y25bZBS6E0"},
    {"a", "abN/qM.L/H8EQ", "abqn4yh40AZc6"},
    {"a", "_J9..rasm.bVta/H2hHc", "_J9..rasmoDQ0radC916"},
    {"a", "$3$$becedb42ec3c5c7f965255338be4453c", "$3$$9430b9eea34fa741c5a12858c1b6c6ed"},
    {"a", "$sha1$100$abcdefgh$.I5K.H48rPS.hHU4s2Iy8dbaMpfo",
     "$sha1$100$abcdefgh$2RfroQSCzRfYfaCE0NMELtf9SXn/"},
    {"a", "$md5$abcdefgh$$wcV4bjhTbH54KEBc.WzDg.", "$md5$abcdefgh$$UikttTg1r4D8EfSXdWJ1x0"},
    {"a", "$apr1$abcdefgh$2/f5Gp5itvzIJXRHg/wa/1", "$apr1$abcdefgh$JbY2DyUZojDr3AVIoHHOw0"},
    {"a", "{SHA}t6h1/B6iKLkGEEG3zsS9PFKrPOM=", "{SHA}pKV/jcDoZniAQQDrPbB0lrPns7k="},
    {"a", "{SSHA}xCoAhsXWiKbSyTjqWPV5SBDy7r1zYWx0", "{SSHA}Or7h3T/mnHWPhQHJoA+Nn/EL9JNzYWx0"},
    {"a",
     "{SSHA512}xJK7iqvhggLy3rQHYfE5xyDlMIvgjG8p8+"
     "Rm13nX1ixdYwynVyFSIL6fjPyv79iHFGbOgXT7QoczWPD4w1u9V3NhbHR5",
     "{SSHA512}"
     "Mk7F5cYNDE2dWAqp8dLivkxKMzKTzlshthvMjb1c0qitq13Wwd7eY97iwv5pKShSy2H7LJqx7geHdzvlpe3OVHNhbHR"
     "5"},
    {"a", "{MD5}DRB9CfW75Ayt495ccenptw==", "{MD5}jvz/sBS6f3N7uWlZYM7gYQ=="},
    {"a", "{CRYPT}$1$abcdefgh$7BBqxxZ5f4cDJnGUV6MmH0", "{CRYPT}$1$abcdefgh$uLqqi8DZILo/Y25bZBS6E0"},
    {"a", "*D37C49F9CBEFBF8B6F4B165AC703AA271E079004", "*3122010EBA841F45A4E624A462358F2D81E56DBB"},
    {"postgres", "md527b81bbc22a570e07f68db8bad14ce2e", "md574b9123f58ec635b0828bed3eac06cf9"},
    {"postgres",
     "SCRAM-SHA-256$4096:c2FsdHNhbHQ=$szaN5ua17iiyljGBapo1nLmM/s+k4SRkBPaX2dvW5H4=:1ppNJpSJ1wk+WDg/"
     "8O5NkKnBaoWkRcmb7FThbuyqoyQ=",
     "SCRAM-SHA-256$4096:c2FsdHNhbHQ=$JVkaEXlExecbC8Dc4f2plmsUKuEFgZ6TT+yaQKh/"
     "RhM=:oa7lGkFm4R+GW6FKu3KNIwo6iMopj0D/gY8tMdi9gcI="},
    {"a", "pbkdf2_sha256$1000$salty$Q53QZQ10EnzPd3hFES8oHW1cmmkVQnsssKb8OzFkADI=",
     "pbkdf2_sha256$1000$salty$TBy1TUDd/QeB822O86TdQPEPy1fdZYiuQY2YKupAGQo="},
    {"a", "pbkdf2_sha1$1000$salty$LrveWcS4Irxy56WqIFjG9btlAm8=",
     "pbkdf2_sha1$1000$salty$NH5E1qLci+SC+iNwMchIL13Pu5I="},
    {"a",
     "pbkdf2_sha512$1000$salty$"
     "WSqnnTFnb4n8DwGXifI4sN7V41IWSZGjxgL2uVsr3P4zsja98v0iMQsw3UDkOlzmeJhRbm/4EiStH3u70xq1ww==",
     "pbkdf2_sha512$1000$salty$/XaFUyyRMDeSst3mY8XbiN1jzROJW7ZSZ851fTVJOJw7BQ3xM3XJsxim/"
     "BaeXtMTpeptnd3Ahf7zEtWzpJLrEA=="},
    {"a", "$pbkdf2-sha256$1000$c2FsdHNhbHQ$NLrJr.fjdmkMJUJU0WTP5nDuShng6jkrcnROt5YFNJo",
     "$pbkdf2-sha256$1000$c2FsdHNhbHQ$LojshrcrmwKWAYholfarGEDI9hQenYhtfhSZ9k49KkY"},
    {"a",
     "$pbkdf2-sha512$1000$c2FsdHNhbHQ$GxdHfXasnPM22zs8gH/"
     "yi8GgmDPNI1Ao5prwdqQ9qA61EzITMh20aHw0lpa1G2dXF3haKOO21QaIlbJcf8glIA",
     "$pbkdf2-sha512$1000$c2FsdHNhbHQ$"
     "1Tgh5NNHOuvjZ18H6nwJmgCdneErjVHW7LHMa7KFyZgu507LUMPohA4IRECdMbSifPMVJ8keAR/OhtMDByKs1w"},
    {"a", "$pbkdf2$1000$c2FsdHNhbHQ$gJixci6KdA/avZYzIud63z0RE9A",
     "$pbkdf2$1000$c2FsdHNhbHQ$e/eKZ/EYWuTwFdwQhFZyeZeq3OY"},
    {"a", "{PBKDF2-SHA256}1000$c2FsdHNhbHQ$NLrJr.fjdmkMJUJU0WTP5nDuShng6jkrcnROt5YFNJo",
     "{PBKDF2-SHA256}1000$c2FsdHNhbHQ$LojshrcrmwKWAYholfarGEDI9hQenYhtfhSZ9k49KkY"},
    {"a", "{PBKDF2}1000$c2FsdHNhbHQ$gJixci6KdA/avZYzIud63z0RE9A",
     "{PBKDF2}1000$c2FsdHNhbHQ$e/eKZ/EYWuTwFdwQhFZyeZeq3OY"},
    {"a",
     "pbkdf2:sha256:1000$NaCl$2e8970e8a07ac9a16927b6f33f347b4873983b96b2600df961b8a999561c4c3e",
     "pbkdf2:sha256:1000$NaCl$48786cf34043bf7ba3874e7bf1e384ff5cbce3370ae207ec351f275738bbf84c"},
    {"a",
     "scrypt:1024:8:1$NaCl$"
     "2bab5dee7d791f5678c86d851fea9f02c290d9a248cb984ecd0920a84af781ef00d4621a474e772221623e189bc87"
     "ce77b889c29df26608ea8477d4fe3a75724",
     "scrypt:1024:8:1$NaCl$"
     "12e367eefc7c79eed06d859b2dc093c9159257e2881b559f53ea81c97cce16d38a18fa52a12eeaef328858207defa"
     "4d034d43bc8b3b45606153a52273c6d1976"},
    {"a",
     "scrypt$1024$NaCl$8$1$K6td7n15H1Z4yG2FH+"
     "qfAsKQ2aJIy5hOzQkgqEr3ge8A1GIaR053IiFiPhibyHzne4icKd8mYI6oR31P46dXJA==",
     "scrypt$1024$NaCl$8$1$EuNn7vx8ee7QbYWbLcCTyRWSV+KIG1WfU+"
     "qByXzOFtOKGPpSoS7q7zKIWCB976TQNNQ7yLO0VgYVOlInPG0Zdg=="},
    {"a", "sha1$NaCl$510b5f868e111bafeddb93df0b5b313b53222ed8",
     "sha1$NaCl$a88062eed39d8b8739c7cd2a59763a34e2ca86fb"},
    {"a", "sha256$NaCl$a37e713425d02fb278d5c7162c1a0a6e33385d95d402f432ec4c5a50857b6df6",
     "sha256$NaCl$2e356227bd54284e972bc3e28061f0e72f47f3516d18a0020ce7a35484cccaea"},
    {"a", "md5$NaCl$fff4a0214c3427687ca7be2786ecd29f", "md5$NaCl$947950d3593d0451bd15f8484e8a5da8"},
    {"a", "-pbkdf2-bbc74aeb51394edbccd5a96f3d36e4773f94e4fe,0123456789abcdef,10",
     "-pbkdf2-c284dfd5d35a2ed9b5f1a7205cd5ae7f595ad7e3,0123456789abcdef,10"},
    {"a",
     "-pbkdf2:sha256-15447fc6383a8a5aa524779ef664022459d9beff0ded10781886dc7b63ef5386,"
     "0123456789abcdef,1000",
     "-pbkdf2:sha256-d8c5a48c9707df738a449e7369a51d6389468245b11260d5aad918b6385b8b45,"
     "0123456789abcdef,1000"},
    {"a", "-hashed-5a1136eb6bdabdcbd939f6d1a7e0a596a4b11111,0123456789abcdef",
     "-hashed-91eb185c1d25a2d3ce7d68ccd385c87d9033a6f5,0123456789abcdef"},
    {"a", "{ssha}xCoAhsXWiKbSyTjqWPV5SBDy7r1zYWx0", "{ssha}Or7h3T/mnHWPhQHJoA+Nn/EL9JNzYWx0"},
    {"a", "{sha256}HIv+j4AdeXRcRjHQn/82yCqjf8TM5PyUZoPXsza2MDI=",
     "{sha256}Prmw55RVhsHgGWSCxAzokoonRqNib6bsP8RJcAN7f0o="},
    {"a", "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuYbv4X4vHBonKHqvLF08SGrGidmmKzkS",
     "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuiPRv8qK4IjZk5X4Tzt96y3xnGDxLqme"},
    {"a", "bcrypt$$2b$04$abcdefghijklmnopqrstuuPT0cs.zGMMB9aUG3xKmxLeI//6s0m5C",
     "bcrypt$$2b$04$abcdefghijklmnopqrstuuIhE7A.VNzjNayBhvW0iMtyrVEhAHxE."},
    {"a", "#jbcrypt:$2a$04$abcdefghijklmnopqrstuuPT0cs.zGMMB9aUG3xKmxLeI//6s0m5C",
     "#jbcrypt:$2a$04$abcdefghijklmnopqrstuuIhE7A.VNzjNayBhvW0iMtyrVEhAHxE."},
    {"a",
     "{SHA512-CRYPT}$6$rounds=1000$abcdefgh$KRhBhSD84o8r6."
     "OtHD9OE0Hb5oYHYYPWQKvhjyOzpyrQllxfHfshIKK2T.br09bz9oecmha05xivTXzpoxHLd.",
     "{SHA512-CRYPT}$6$rounds=1000$abcdefgh$1FxEFiYVgwR3.eWz/mp5OptgOBczUoR8y4clNDEmE1p87yO8es2/y/"
     "hFv39tlaBAFW22bKAaK5ydqH93n.D2v."},
    {"a", "{BLF-CRYPT}$2b$04$abcdefghijklmnopqrstuuPT0cs.zGMMB9aUG3xKmxLeI//6s0m5C",
     "{BLF-CRYPT}$2b$04$abcdefghijklmnopqrstuuIhE7A.VNzjNayBhvW0iMtyrVEhAHxE."},
    {"a", "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$Gp9eSH6zSULw1pgEic0GRedQ7OBO9Uzf1T2RQ3KYv5Y",
     "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$7hfyZ01py5warfS1Qh8aM+0VmqdSwu8R4rXa2/fa/Ow"},
    {"a", "$argon2i$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$6DPeR8oq08kh/8tnOohUm2xynm2hOYYkzbROfKiyl3c",
     "$argon2i$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$On+5qnFU8WFPiXWTXSfrQIwQZMoJRPktKN/TeYKkcM8"},
    {"a", "$argon2d$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$g1lfde0tppaTonxR8DM6C5q0AM2HwvbKD0omCqBc+kc",
     "$argon2d$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$Bj5IM0N9J6y5LPdpF5EWfLasYmLiNdgIM44QWvaxY9o"},
    {"a",
     "argon2$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$Gp9eSH6zSULw1pgEic0GRedQ7OBO9Uzf1T2RQ3KYv5Y",
     "argon2$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$7hfyZ01py5warfS1Qh8aM+0VmqdSwu8R4rXa2/fa/Ow"},
    {"a",
     "argon2:$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$Gp9eSH6zSULw1pgEic0GRedQ7OBO9Uzf1T2RQ3KYv5Y",
     "argon2:$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$7hfyZ01py5warfS1Qh8aM+0VmqdSwu8R4rXa2/fa/Ow"},
    {"a",
     "{ARGON2ID}$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$"
     "Gp9eSH6zSULw1pgEic0GRedQ7OBO9Uzf1T2RQ3KYv5Y",
     "{ARGON2ID}$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$7hfyZ01py5warfS1Qh8aM+0VmqdSwu8R4rXa2/fa/"
     "Ow"},
    {"a", "$P$6abcdefghsHA4HdeXkeDEGaPxkeSNe1", "$P$6abcdefghyyCLfj.nbsgGPxICmFdYI."},
};

/* In the files of Mosquitto and Tomcat, which look like others or have no sign. */
static const struct {
    enum hash_form form;
    const char *weak, *strong;
} by_file[] = {
    {HASH_MOSQUITTO,
     "$6$c2FsdHNhbHQ=$"
     "UNWR8bd9Vzve6zunHp0YXGoKttcdMEfQsn82qoEWg4oFzzuExDs9Gte3739MoY0C5ciZZSRrNsG7an6S6IO19w==",
     "$6$c2FsdHNhbHQ=$kfWe+j7PIqzWFfjTfuzNXz0rFUirFuwuMyDFdJOKiv1hqLK/"
     "PLWpV4l+wPy41hdfZR6+ac1sJxtcPq0I9fm2TQ=="},
    {HASH_MOSQUITTO,
     "$7$101$c2FsdHNhbHQ=$"
     "nScvNIbW7rlD7ZX0wS1bMAzzKPUaYNSwibWK64teGDeCJyWP4qfdVNbjXWxnWtaLeC1kwvIKSD9OnEgpH74rew==",
     "$7$101$c2FsdHNhbHQ=$wjIungWeFhrSSYCxa5lbB0tsgqT7e6nTXDNipCIkYeZHKPQYjhoKukwQEJ+"
     "DyrashHWFGXzUx1gfPd8i9kMukQ=="},
    {HASH_TOMCAT, "1c8bfe8f801d79745c4631d09fff36c82aa37fc4cce4fc946683d7b336b63032",
     "3eb9b0e7945586c1e0196482c40ce8928a2746a3626fa6ec3fc44970037b7f4a"},
    {HASH_TOMCAT, "0d107d09f5bbe40cade3de5c71e9e9b7", "8efcffb014ba7f737bb9695960cee061"},
    {HASH_TOMCAT,
     "73616c7473616c74$1000$948cca616a607bb117538a1af8138fded741d621c2b430ec3d9b4db6b80ad38e",
     "73616c7473616c74$1000$ad0165eac261cb372344a53d07251cc0159dd67a5717d78206154b96093c40bb"},
    {HASH_TOMCAT, "73616c7473616c74$2000$00c46e700b6b8ffe57a744c13baa676cd8c6ca36",
     "73616c7473616c74$2000$5908f221fbe9a11134ff973a178bdce21b5621c5"},
    {HASH_TOMCAT, "73616c7473616c74$2000$c08f5680e0f323656c960bb8510c8a02d356874b",
     "73616c7473616c74$2000$2149e93d4bc8eb0e79c1f568c3730bae508eb586"},
};

static bool opens(const struct password_hash *hash, const char *user)
{
    return password_hash_try(hash, str_of(user), STR("letmein")) ||
           password_hash_try(hash, str_of(user), STR("123456"));
}

static void every_kind(void)
{
    for (size_t i = 0; i < ARRAY_LEN(hashes); i++) {
        struct password_hash weak, strong;
        if (!password_hash_parse(str_of(hashes[i].weak), &weak) ||
            !password_hash_parse(str_of(hashes[i].strong), &strong)) {
            FAIL("%s: no hash", hashes[i].weak);
            continue;
        }
        CHECK(!password_hash_is_missing(&weak));
        if (!opens(&weak, hashes[i].user) || opens(&strong, hashes[i].user))
            FAIL("%s: wrong answer", hashes[i].weak);
        CHECK(!password_hash_try(&weak, str_of(hashes[i].user), STR_NONE));
        CHECK(weak.cost > 0);
    }
    CHECK(ARRAY_LEN(hashes) > 20);
}

static void kinds_of_files(void)
{
    for (size_t i = 0; i < ARRAY_LEN(by_file); i++) {
        struct password_hash weak, strong;
        if (!derived_measure(by_file[i].form, str_of(by_file[i].weak), &weak) ||
            !derived_measure(by_file[i].form, str_of(by_file[i].strong), &strong) ||
            !opens(&weak, "a") || opens(&strong, "a"))
            FAIL("%s: wrong answer", by_file[i].weak);
    }
}

static void unknown_kinds(void)
{
    CHECK(password_hash_is_unknown(STR("$sm3$abcdefgh$0123456789012345678901")));
    CHECK(!password_hash_is_unknown(STR("$6$abcdefgh$0123456789012345678901")));
    CHECK(!password_hash_is_unknown(STR("!$sm3$abcdefgh$012345678901234567890")));
    struct inspected inspected;
    inspect_text("etc/shadow", STR("app:$sm3$abcdefgh$0123456789012345678901:1::::::\n"),
                 &inspected);
    CHECK_INT(inspected.r, 1);
    CHECK(strstr(inspected.err.message, "not known here"));
    inspected_free(&inspected);
}

static void through_the_list(void)
{
    for (size_t i = 0; i < ARRAY_LEN(hashes); i++) {
        AUTO_BUF line = {0};
        struct inspected inspected;
        if (strchr(hashes[i].weak, ':'))
            continue; /* PostgreSQL's stand in no such file */
        buf_printf(&line, "%s:%s\n%s2:%s\n", hashes[i].user, hashes[i].weak, hashes[i].user,
                   strncmp(hashes[i].strong, "md5", 3) == 0 ? "!" : hashes[i].strong);
        inspect_with(NULL, 3600, "srv/.htpasswd", buf_str(&line), &inspected);
        const struct file_finding *found = inspected_find(&inspected, "password-htpasswd");
        if (!found || inspected.r != 0) {
            FAIL("%s: not opened, %d", hashes[i].weak, inspected.r);
        } else {
            CHECK_INT(found->line, 1);
            CHECK(str_find(found->detail, STR("letmein")) == SIZE_MAX);
            CHECK(str_find(found->detail, STR("23456")) == SIZE_MAX);
            CHECK(str_find(found->detail, STR("***")) != SIZE_MAX);
        }
        inspected_free(&inspected);
    }
}

static void what_is_no_hash(void)
{
    static const char *const texts[] = {
        "",       "*",      "!",   "!!",    "x", "password", "$9$nothing$abcdefgh",
        "*12345", "md5abc", "$y$", "{SHA}x"};
    struct password_hash hash;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (password_hash_parse(str_of(texts[i]), &hash))
            FAIL("%s is no hash", texts[i]);
    CHECK(!password_hash_parse(str_make("ab\0aaaaaaaaaa", 13), &hash));
}

/* What would take for ever is told, and not tried. */
static void dear_ones(void)
{
    static const char *const texts[] = {
        "$6$rounds=999999999$abcdefgh$x23456789",
        "$2b$31$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK",
        "$y$jYT$abcdefgh$79JhsKZwfY",
        "$7$SU..../....abcdefgh$sWsarqbldvBJ",
        "$sha1$99999999$abcdefgh$x",
        "$P$Sabcdefgh1234567890123456789012",
        "pbkdf2_sha256$2147483646$s$abcdefghabcdefgh=",
        "scrypt$1048576$s$8$1$abcdefghabcdefgh",
        "scrypt$18446744073709551615$s$18446744073709551615$9$abcdefghabcd",
        "$argon2id$v=19$m=4294967295,t=4294967295,p=1$c2FsdHNhbHQ$abcdefghabcdefgh",
        "$argon2id$v=19$m=64,t=1,p=9999$c2FsdHNhbHQ$abcdefghabcdefgh",
        "$6$rounds=x$abcdefgh$x23456789"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        AUTO_BUF line = {0};
        struct inspected inspected;
        buf_printf(&line, "root:%s:1::::::\n", texts[i]);
        inspect_text("etc/shadow", buf_str(&line), &inspected);
        if (inspected.r != 1)
            FAIL("%s: %d", texts[i], inspected.r);
        CHECK(!inspected_find(&inspected, "password-opened"));
        inspected_free(&inspected);
    }
}

static void damaged_ones(void)
{
    for (size_t i = 0; i < ARRAY_LEN(hashes); i++)
        for (size_t len = strlen(hashes[i].weak); len > 0; len--) {
            struct password_hash hash;
            if (password_hash_parse(str_make(hashes[i].weak, len - 1), &hash) && hash.cost < 20000)
                CHECK(!password_hash_try(&hash, str_of(hashes[i].user), STR("letmein")) ||
                      len > 20);
        }
}

int main(void)
{
    RUN(every_kind);
    RUN(kinds_of_files);
    RUN(unknown_kinds);
    RUN(through_the_list);
    RUN(what_is_no_hash);
    RUN(dear_ones);
    RUN(damaged_ones);
    return test_end();
}
