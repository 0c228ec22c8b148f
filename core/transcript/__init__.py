# SPDX-License-Identifier: GPL-3.0-or-later
"""What was said, where the artist has it as text: words to phones, phones to times."""
