"""One module a raw format, and the generator of data in the WebMedia form."""
