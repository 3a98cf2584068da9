/* Markers that exclude Linux, and those that only might. */
#include "catalog/python_marker.h"
#include "test.h"

static void markers(void)
{
    static const struct {
        bool excluded;
        const char *text;
    } cases[] = {
        {true, "sys_platform == 'win32'"},
        {true, "sys_platform==\"darwin\""},
        {false, "sys_platform == 'linux'"},
        {false, "sys_platform == 'linux2'"},
        {true, "sys_platform != 'linux'"},
        {false, "sys_platform != 'win32'"},
        {true, "'win32' == sys_platform"},
        {true, "platform_system == 'Windows'"},
        {false, "platform_system == 'Linux'"},
        {true, "os_name == 'nt'"},
        {false, "os_name == 'posix'"},
        {true, "os.name == 'nt'"},
        {true, "sys_platform in 'win32 cygwin'"},
        {false, "sys_platform in 'linux darwin'"},
        {true, "'win' in sys_platform"},
        {false, "'linux' in sys_platform"},
        {true, "sys_platform not in 'linux darwin'"},
        {false, "python_version < '3'"},
        {true, "python_version < '3' and sys_platform == 'win32'"},
        {false, "python_version < '3' or sys_platform == 'win32'"},
        {true, "os_name == 'nt' or sys_platform == 'win32'"},
        {true, "(os_name == 'nt' or python_version > '3') and (sys_platform == 'win32')"},
        {false, "os_name == 'nt' and python_version > '3' or extra == 'x'"},
        {false, "platform_machine == 'arm64'"},
        {false, ""},
        {false, "sys_platform"},
        {false, "sys_platform == "},
        {false, "sys_platform == 'win32"},
        {false, "sys_platform == 'win32' junk"},
        {false, "(sys_platform == 'win32'"},
        {false, "'a' == 'b'"},
        {false, "sys_platform ~= 'win32'"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (python_marker_excludes_linux(str_of(cases[i].text)) != cases[i].excluded)
            FAIL("%s", cases[i].text);
}

/* Without extras: what asks for one is false, what asks for none is true. */
static void extras(void)
{
    static const struct {
        bool excluded;
        const char *text;
    } cases[] = {
        {true, "extra == 'x'"},
        {true, "'x' == extra"},
        {true, "python_version < '3' and extra === \"x\""},
        {true, "extra == 'x' or sys_platform == 'win32'"},
        {false, "extra == 'x' or python_version < '3'"},
        {false, "extra != 'x'"},
        {false, "extra in 'x'"},
        {false, "extra == 'x' junk"},
        {false, "python_version < '3'"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (python_marker_excludes_plain(str_of(cases[i].text)) != cases[i].excluded)
            FAIL("%s", cases[i].text);
}

int main(void)
{
    RUN(markers);
    RUN(extras);
    return test_end();
}
