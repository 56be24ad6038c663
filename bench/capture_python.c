/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPython: subprocess.run(), and for the pipeline what its documentation
 * recommends. Each run is a python3 that takes the time and the peak of its
 * memory itself, as the other contenders' processes do.
 */
#include "capture.h"

#include <stdio.h>

static const char script[] =
    "import subprocess, sys, time\n"
    "kind, size, writer, check = sys.argv[1:]\n"
    "kind, size = int(kind), int(size)\n"
    "PIPE, NULL, CAT = -1, -3, '" CAPTURE_CAT "'\n"
    "\n"
    "def captured(size, data):\n"
    "    return subprocess.run([writer, str(size)], stdout=PIPE,\n"
    "                          check=True).stdout\n"
    "\n"
    "def both_ways(size, data):\n"
    "    return subprocess.run([CAT], input=data, stdout=PIPE,\n"
    "                          check=True).stdout\n"
    "\n"
    "def pipeline(size, data, last=PIPE):\n"
    "    one = subprocess.Popen([writer, str(size)], stdout=PIPE)\n"
    "    two = subprocess.Popen([CAT], stdin=one.stdout, stdout=PIPE)\n"
    "    three = subprocess.Popen([CAT], stdin=two.stdout, stdout=last)\n"
    "    one.stdout.close()\n"
    "    two.stdout.close()\n"
    "    output = three.communicate()[0]\n"
    "    if one.wait() or two.wait() or three.returncode:\n"
    "        sys.exit('a stage failed')\n"
    "    return output\n"
    "\n"
    "def pipeline_to_null(size, data):\n"
    "    pipeline(size, data, NULL)\n"
    "    return None\n"
    "\n"
    "def peak():\n"
    "    for line in open('/proc/self/status'):\n"
    "        if line.startswith('VmHWM:'):\n"
    "            return int(line.split()[1]) * 1024\n"
    "    raise OSError\n"
    "\n"
    "def forget_peak():\n"
    "    with open('/proc/self/clear_refs', 'w') as file:\n"
    "        file.write('5')\n"
    "\n"
    "do = [captured, both_ways, pipeline, pipeline_to_null][kind]\n"
    "data = captured(size, None) if kind == 1 or check == '1' else b''\n"
    "do(1, data[:1])\n"
    "before = -1\n"
    "try:\n"
    "    forget_peak()\n"
    "    before = peak()\n"
    "except OSError:\n"
    "    pass\n"
    "begun = time.monotonic_ns()\n"
    "output = do(size, data)\n"
    "ended = time.monotonic_ns()\n"
    "grown = peak() - before if before >= 0 else -1\n"
    "if output is not None and len(output) != size:\n"
    "    sys.exit('what it captured has the wrong size')\n"
    "if output is not None and data and output != data:\n"
    "    sys.exit('what it captured is not what was written')\n"
    "print((ended - begun) / 1e3, grown)\n";

static apr_status_t open_python(void **state, const void *setting,
                                apr_pool_t *pool)
{
    static const char *const argv[] = {"python3", "-c", script, NULL};

    return capture_open_program(state, setting, argv, pool);
}

static const char *version(void)
{
    static char text[64];
    FILE *output = popen("python3 --version 2>&1", "r");
    size_t size;

    if (output == NULL)
        return "version unknown";
    size = fread(text, 1, sizeof text - 1, output);
    pclose(output);
    while (size > 0 && text[size - 1] == '\n')
        size--;
    text[size] = '\0';
    return text;
}

const bench_contender_t capture_python = {
    .name = "CPython",
    .about = "subprocess.run(); for the pipeline three Popen and "
             "communicate()",
    .version = version,
    .open = open_python,
    .run = capture_run,
};
