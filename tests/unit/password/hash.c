/* Hashes of every kind: opened, and not. Made with libcrypt, openssl and hashlib of Python. */
#include "password/hash.h"

#include "inspect.h"

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
    {"a", "$P$6abcdefghsHA4HdeXkeDEGaPxkeSNe1", "$P$6abcdefghyyCLfj.nbsgGPxICmFdYI."},
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
        "pbkdf2_sha256$2147483646$s$abcdefgh=",
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
    RUN(through_the_list);
    RUN(what_is_no_hash);
    RUN(dear_ones);
    RUN(damaged_ones);
    return test_end();
}
