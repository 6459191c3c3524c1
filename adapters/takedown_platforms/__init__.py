"""Our own platform adapters. Each is found through its entry point, exactly as a third party's would be."""
