import re

from takedown.report.page.svg import tamed

DRAWN = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="20"
  viewBox="0 0 40 20" onload="alert(1)" class="marks" style="background:url(https://evil.test)">
  <script>alert(1)</script><foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><img src="x"/></body></foreignObject>
  <a xlink:href="javascript:alert(1)"><text>in a link</text></a><use href="#x"/><image href="https://evil.test/x.png"/>
  <g onclick="alert(1)" id="x"><rect fill="#111111" width="3" clip-path="url(#c)" stroke="url(#p)"/></g>
  <text fill="#222222" font-family="x">a &lt;b&gt; &amp; c</text></svg>"""


def test_only_shapes_and_text_stay() -> None:
    found = tamed(DRAWN, {"#111111": "--ink"}, "chart", "A <title>", "It & more")
    assert re.sub(r">\s+<", "><", found) == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" style="max-width:40px" role="img" '
        'aria-labelledby="chart-title chart-desc"><title id="chart-title">A &lt;title&gt;</title>'
        '<desc id="chart-desc">It &amp; more</desc>'
        '<g><rect fill="var(--ink)" width="3" /></g><text fill="#222222">a &lt;b&gt; &amp; c</text></svg>'
    )
