"""The risk register and interview sheets of a workshop as workbooks."""
