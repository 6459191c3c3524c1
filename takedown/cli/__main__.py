"""`python -m takedown.cli`"""

import sys

from takedown.cli import main

sys.exit(main())
