"""What the isolation test sent, told at the end of the run: nothing is skipped in silence."""


def pytest_terminal_summary(terminalreporter):
    sent = {
        report.nodeid.partition("[")[2].rstrip("]"): value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "requests"
    }
    if not sent:
        return
    terminalreporter.section("requests of the isolation test, per route and kind of input")
    for route, kinds in sorted(sent.items()):
        told = ", ".join(f"{count} by {kind}" for kind, count in kinds.items())
        terminalreporter.write_line(f"{route}: {told}")
    total = sum(sum(kinds.values()) for kinds in sent.values())
    terminalreporter.write_line(f"{total} requests over {len(sent)} routes")
