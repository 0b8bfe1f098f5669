"""The guards of the house: what the rules say, checked by reading the code.

python -m tools.architecture          run every guard; one line per fault
python -m tools.architecture write    write the generated pages anew
python -m tools.architecture map      print the staircase and its rooms
"""
