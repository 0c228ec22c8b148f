# SPDX-License-Identifier: GPL-3.0-or-later
"""What a control does to a face, whatever it is called: seen on the mesh, compared, named."""
