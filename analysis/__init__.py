"""Reading results: loading stores, effects, figures and reports."""
