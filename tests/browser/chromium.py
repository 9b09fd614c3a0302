"""A headless Chromium that pages are opened in; spoken to in its own protocol, through two pipes.

The protocol: Chrome DevTools Protocol, https://chromedevtools.github.io/devtools-protocol, version 1.3.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import time
from itertools import count

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SWITCHES = [
    *("--headless", "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-quic", "--hide-scrollbars", "--remote-debugging-pipe", "about:blank"),
    *("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
]
PATIENCE_S = 120


class Chromium:
    """One browser; every page is a tab of its own."""

    def __init__(self, folder):
        ours, theirs = os.pipe(), os.pipe()
        # Chromium reads from descriptor 3 and writes to 4; out of the way first, whatever numbers the pipes have.
        given, taken = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (ours[0], theirs[1]))
        os.close(ours[0])
        os.close(theirs[1])
        log = str(folder / "chromium.log")
        self.process = os.posix_spawn(
            PROGRAM,
            [PROGRAM, *SWITCHES, f"--user-data-dir={folder / 'profile'}"],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 2, log, os.O_WRONLY | os.O_CREAT, 0o600),
                (os.POSIX_SPAWN_DUP2, given, 3),
                (os.POSIX_SPAWN_DUP2, taken, 4),
            ],
            setpgroup=0,
        )
        os.close(given)
        os.close(taken)
        self.write, self.read, self.rest = ours[1], theirs[0], b""
        self.numbers, self.events = count(1), []

    def call(self, method, session=None, **parameters):
        """Sends one command and returns its answer; what happened meanwhile is noted."""
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.write, data) :]
        until = time.monotonic() + PATIENCE_S
        while (answer := self.next(until)).get("id") != number:
            self.events.append(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def next(self, until):
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.read], [], [], max(0.0, until - time.monotonic()))
            assert ready, "the browser does not answer"
            data = os.read(self.read, 1 << 20)
            assert data, "the browser has ended"
            self.rest += data
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def open(self, address, width=900, height=600):
        return Tab(self, address, width, height)

    def close(self):
        os.killpg(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.write)
        os.close(self.read)


class Tab:
    """A page in a browser, and all it complained about and asked for."""

    def __init__(self, browser, address, width, height):
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.call("Page.navigate", url=address)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def run(self, script):
        """The value of a JavaScript expression; a promise is waited for."""
        done = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def until(self, condition):
        """Waits until a JavaScript expression holds."""
        end = time.monotonic() + PATIENCE_S
        while not self.run(condition):
            assert time.monotonic() < end, f"waited in vain for {condition}; the page said {self.complaints()}"
            time.sleep(0.05)
        return self

    def press(self, key):
        """Presses a key, as a person would."""
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key if len(key) == 1 else "")
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def click(self, selector):
        """Clicks in the middle of what a selector finds."""
        box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
        script = f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({box})"
        x, y = self.run(script)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def complaints(self):
        """Errors and warnings: of the console, uncaught, and of the browser about the page."""
        found = []
        for method, event in self.told():
            if method == "Runtime.exceptionThrown":
                found.append(str(event["exceptionDetails"]))
            if method == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning", "assert"):
                found.append(" ".join(str(each.get("value", each.get("description"))) for each in event["args"]))
            if method == "Log.entryAdded" and event["entry"]["level"] in ("error", "warning"):
                found.append(event["entry"]["text"])
        return found

    def requests(self):
        """Every address that the page asked for."""
        return [event["request"]["url"] for method, event in self.told() if method == "Network.requestWillBeSent"]

    def told(self):
        self.run("0")  # what was on its way is here now
        return [
            (event["method"], event["params"])
            for event in self.browser.events
            if event.get("sessionId") == self.session and "method" in event
        ]

    def picture(self):
        """The page as it looks now: the bytes of a PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)
