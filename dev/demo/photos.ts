/** The demo's pictures: made by code at the first start, so nothing has to be downloaded. */
